import { createHash } from 'node:crypto';
import type { BenchDocument } from '../../bench/document.ts';
import { advice, contents, heading, method, plots, titleText } from './html-facts.ts';
import { comparisonTables, glance, percentileTables } from './html-figures.ts';
import { runsTable } from './html-runs.ts';
import { text } from './html-text.ts';
import { pageFile } from './location.ts';
import { embeddedJson, pageData } from './page-data.ts';

/**
 * One file that needs nothing else, and may load nothing: its policy allows its own style and script by their hashes,
 * and no address. All numbers are in it as text; the script draws, sorts and switches between light and dark.
 */
export function* htmlPieces(document: BenchDocument): Generator<string> {
  const [style, script] = [pageFile('bench-page.css'), pageFile('bench-page.js')];
  const policy = `default-src 'none'; script-src '${hash(script)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`;
  yield `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="vox bench">
<title>${text(titleText(document))}</title>
<style>${style}</style>
</head>
<body>
`;
  yield heading(document);
  const parts = [
    glance(document),
    advice(document),
    plots(document),
    comparisonTables(document),
    percentileTables(document),
    runsTable(document),
    method(document),
  ];
  yield contents(sectionsOf(parts));
  yield '<main>\n';
  yield* parts;
  yield '</main>\n<script type="application/json" id="data">';
  yield embeddedJson(pageData(document));
  yield `</script>\n<script>${script}</script>\n</body>\n</html>\n`;
}

function hash(content: string): string {
  return `sha256-${createHash('sha256').update(content, 'utf8').digest('base64')}`;
}

/** The sections that are there, with their titles. */
function sectionsOf(parts: readonly string[]): [string, string][] {
  const heads = /<h2 id="([a-z]+)-title">([^<]*)<\/h2>/g;
  return parts.flatMap((part) =>
    [...part.matchAll(heads)].map(([, id = '', title = '']): [string, string] => [id, title]),
  );
}
