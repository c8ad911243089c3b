import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { Random } from '../../src/metrics/random.ts';
import { brokenReaders } from './broken.ts';
import { mutated } from './mutate.ts';
import { readers } from './readers.ts';
import type { Order, Told } from './worker.ts';

export interface Fuzzed {
  readonly reader: string;
  readonly seed: number;
  readonly cases: number;
  readonly refused: number;
  readonly slowestMs: number;
  /** With the file that the case was written to. */
  readonly fault?: { readonly why: string; readonly index: number; readonly path: string | undefined };
}

export interface Wanted {
  readonly cases: number;
  readonly seed: number;
  readonly given?: readonly Uint8Array[];
}

export const fixtures = resolve('fixtures/fuzz');
const found = resolve('test-results/fuzz');
/** Far beyond what a case may take: one that stands so long stands for ever. */
const hangMs = 10_000;
const heapMb = 256;

/** The worker in one file, where its packages are found. */
export async function bundledWorker(): Promise<{ path: string; remove(): void }> {
  const folder = resolve('node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `vox-fuzz-${process.pid}.mjs`);
  const how = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await build({ entryPoints: [resolve('test/fuzz/worker.ts')], outfile: path, ...how });
  return { path, remove: () => rmSync(path, { force: true }) };
}

/** Reads so many hostile inputs, and tells what came of it. A fault's case is written down, ready to be a fixture. */
export async function fuzz(reader: string, worker: string, wanted: Wanted): Promise<Fuzzed> {
  const { cases, seed, given } = wanted;
  const progress = new SharedArrayBuffer(4);
  const order: Order = { reader, cases, seed, progress, ...(given && { given }) };
  const limits = { resourceLimits: { maxOldGenerationSizeMb: heapMb } };
  const thread = new Worker(worker, { workerData: order, ...limits });
  const at = () => Atomics.load(new Int32Array(progress), 0);
  const told = await new Promise<Told>((settle) => {
    const broken = (why: string) => {
      const index = Math.max(0, at() - 1);
      settle({ cases: at(), refused: 0, slowestMs: 0, fault: { why, index, bytes: drawn(reader, wanted, index) } });
    };
    let seen = -1;
    const watch = setInterval(() => {
      if (at() === seen) broken('it hangs');
      seen = at();
    }, hangMs);
    thread.once('message', settle);
    thread.once('error', (error) => broken(error.stack ?? error.message));
    thread.once('exit', (code) => broken(`the worker ended with ${code}`));
    thread.once('exit', () => clearInterval(watch));
  }).finally(() => thread.terminate());
  const { fault, ...counts } = told;
  return { reader, seed, ...counts, ...(fault && { fault: { ...fault, path: written(reader, seed, fault) } }) };
}

/** A case that took its worker with it is drawn again. */
function drawn(reader: string, { seed, given }: Wanted, index: number): Uint8Array {
  const { seeds } = { ...readers, ...brokenReaders }[reader] ?? {};
  if (given || !seeds) return given?.[index] ?? new Uint8Array();
  const [of, random] = [seeds(), Random.seeded(seed)];
  for (let before = index; before > 0; before--) mutated(of, random);
  return mutated(of, random);
}

function written(reader: string, seed: number, { index, bytes }: { index: number; bytes: Uint8Array }) {
  if (bytes.length === 0) return undefined;
  const folder = join(found, reader.replaceAll(/\W+/g, '-'));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${seed}-${index}`);
  writeFileSync(path, bytes);
  return path;
}

/** What fuzzing found before, by reader. */
export function fixturesOf(reader: string): Uint8Array[] {
  try {
    const folder = join(fixtures, reader);
    return readdirSync(folder).map((name) => new Uint8Array(readFileSync(join(folder, name))));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw thrown;
  }
}
