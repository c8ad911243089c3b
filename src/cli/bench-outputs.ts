import { extname, resolve } from 'node:path';
import { openTarget, type Target } from '../audio/sinks/target.ts';
import type { Clock } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { BenchFileKind } from '../report/bench/index.ts';

const kinds: readonly BenchFileKind[] = ['json', 'csv', 'md', 'html'];

export interface WantedOutput {
  readonly path: string;
  readonly kind: BenchFileKind;
}

/** What the paths of `-o` mean, by their endings. */
export function wantedOutputs(paths: readonly string[] = []): WantedOutput[] {
  const outputs = paths.map(outputOf);
  const twice = paths.find((path, i) => paths.slice(0, i).some((other) => resolve(other) === resolve(path)));
  if (twice !== undefined) throw new SpeechError('E_USAGE', `--output ${twice} is given twice`);
  return outputs;
}

function outputOf(path: string): WantedOutput {
  const todo = `use one of: ${kinds.map((kind) => `.${kind}`).join(', ')}`;
  if (path === '-') {
    throw new SpeechError('E_USAGE', 'stdout has the table', { todo: 'use --json for objects, or name a file' });
  }
  const ending = extname(path).slice(1).toLowerCase();
  const kind = kinds.find((known) => known === ending);
  if (kind !== undefined) return { path, kind };
  const is = ending === '' ? `the name ${path} has no ending` : `vox does not write benches as .${ending}`;
  throw new SpeechError('E_USAGE', is, { todo });
}

/** The text of the result as a file of that kind, in pieces. */
export type Render = (kind: BenchFileKind) => Iterable<string>;

interface OpenOutput {
  readonly wanted: WantedOutput;
  readonly target: Target;
}

/** Files that take their names when they are whole. Opened ahead: one that cannot be written is told before the work. */
export class BenchOutputs {
  readonly #files: readonly OpenOutput[];

  private constructor(files: readonly OpenOutput[]) {
    this.#files = files;
  }

  static async open(wanted: readonly WantedOutput[], clock: Clock, signal: AbortSignal): Promise<BenchOutputs> {
    const files: OpenOutput[] = [];
    try {
      for (const one of wanted) files.push({ wanted: one, target: await openTarget(one.path, clock, signal) });
    } catch (thrown) {
      for (const { target } of files) await target.discard();
      throw thrown;
    }
    return new BenchOutputs(files);
  }

  /** Writes every file, whatever becomes of the others; then rejects with what went wrong first. */
  async write(render: Render): Promise<void> {
    let failure: unknown;
    for (const { wanted, target } of this.#files) {
      try {
        for (const piece of render(wanted.kind)) await target.write(Buffer.from(piece, 'utf8'));
        await target.commit();
      } catch (thrown) {
        failure ??= thrown;
        await target.discard().catch(() => {});
      }
    }
    if (failure !== undefined) throw failure;
  }

  async discard(): Promise<void> {
    for (const { target } of this.#files) await target.discard().catch(() => {});
  }
}
