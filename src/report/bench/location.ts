import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where this code stands: a source file (tests), or the bundle, beside which the page's files lie. */
const here = import.meta.url;

/** What the page is made of, as scripts/build.mjs bundled it. */
export function pageFile(name: 'bench-page.js' | 'bench-page.css'): string {
  return readFileSync(fileURLToPath(new URL(`${here.endsWith('.ts') ? '../../../dist' : '.'}/${name}`, here)), 'utf8');
}
