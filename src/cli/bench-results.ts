import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compareDocuments } from '../bench/compare.ts';
import type { BenchDocument } from '../bench/document.ts';
import { mergeDocuments } from '../bench/merge.ts';
import { readDocument } from '../bench/read-document.ts';
import { SpeechError } from '../errors.ts';
import { renderBench } from '../report/bench/index.ts';
import type { BenchCompareFlags, BenchReportFlags } from './bench.ts';
import { BenchOutputs, wantedOutputs } from './bench-outputs.ts';
import { readFault } from './input.ts';
import type { Running } from './running.ts';

/** `vox bench compare`: the second result against the first. */
export async function runBenchCompare(
  [base, other]: readonly [string, string],
  _flags: BenchCompareFlags,
  { reporter }: Running,
): Promise<undefined> {
  const [first, second] = [readResult(base), readResult(other)];
  const names = namesOf(base, other);
  const comparisons = compareDocuments({ name: names[0], document: first }, { name: names[1], document: second });
  reporter.comparisons(first.kind, comparisons);
  return undefined;
}

/** The files' names, with as much of their folders as tells them apart. */
function namesOf(base: string, other: string): [string, string] {
  const short = [basename(base), basename(other)] as const;
  return short[0] === short[1] ? [base, other] : [...short];
}

/** `vox bench report`: one result of several, in whatever form it is wanted. */
export async function runBenchReport(
  files: readonly string[],
  flags: BenchReportFlags,
  { reporter, clock, signal }: Running,
): Promise<undefined> {
  const wanted = wantedOutputs(flags.output);
  const outputs = await BenchOutputs.open(wanted, clock, signal);
  let document: BenchDocument;
  try {
    document = mergeDocuments(files.map(readResult));
  } catch (thrown) {
    await outputs.discard();
    throw thrown;
  }
  await reporter.bench(document);
  await outputs.write((kind) => renderBench(kind, document));
  return undefined;
}

function readResult(path: string) {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new SpeechError('E_FILE', `cannot read ${path}: ${readFault(thrown)}`, { cause: thrown });
  }
  return readDocument(text, path);
}
