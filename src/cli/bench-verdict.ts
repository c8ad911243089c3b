import type { Assertion } from '../bench/assertion.ts';
import { checkAssertion } from '../bench/assertion-check.ts';
import type { BenchDocument, RunRow, Series } from '../bench/document.ts';
import { SpeechError } from '../errors.ts';
import { renderBench } from '../report/bench/index.ts';
import type { BenchOutputs } from './bench-outputs.ts';
import { type Running, reportFailure } from './running.ts';

type Reporting = Pick<Running, 'reporter' | 'signal'>;

interface Concluding {
  readonly outputs: BenchOutputs;
  readonly assertions: readonly Assertion[];
}

/**
 * Gives out the result: the table, the advice, the files. Resolves with the exit code where it is not 0: that of what
 * stopped it, of a file that could not be written, of assertions, of a series that failed as a whole, in this order.
 */
export async function concluded(
  document: BenchDocument,
  { outputs, assertions }: Concluding,
  running: Reporting,
): Promise<number | undefined> {
  const { reporter, signal } = running;
  await reporter.bench(document);
  const unwritten: unknown = await outputs
    .write((kind) => renderBench(kind, document))
    .catch((thrown: unknown) => thrown);
  if (signal.aborted) {
    if (unwritten !== undefined) reportFailure(unwritten, running);
    return reportFailure(signal.reason, running);
  }
  if (unwritten !== undefined) throw unwritten;
  const dead = tellDead(document, running);
  return tellAssertions(assertions, document, running) ?? dead;
}

/**
 * A target of which not one run with prompts of a length went well is told as the error that the first one met. What
 * came out of a cache went well too: those who failed do not say where it would have come from.
 */
function tellDead({ series, runs }: BenchDocument, running: Reporting): number | undefined {
  const alive = new Set(series.filter((one) => one.failed < one.runs).map(placeOf));
  const codes = series
    .filter((one) => one.runs > 0 && !alive.has(placeOf(one)))
    .flatMap(({ id }) => {
      const first = runs.find((row) => row.series === id)?.error;
      return first ? [reportFailure(asError(first), running, { input: id })] : [];
    });
  return codes[0];
}

function placeOf({ target, set }: Series): string {
  return JSON.stringify([target, set]);
}

function asError({ code, message }: NonNullable<RunRow['error']>): SpeechError {
  return new SpeechError(code, message);
}

function tellAssertions(
  assertions: readonly Assertion[],
  { series }: BenchDocument,
  running: Reporting,
): number | undefined {
  const failures = assertions.flatMap((assertion) => checkAssertion(assertion, series).failures);
  if (failures.length === 0) return undefined;
  return reportFailure(new SpeechError('E_ASSERT', failures.join('; ')), running);
}
