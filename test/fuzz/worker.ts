import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { Random } from '../../src/metrics/random.ts';
import { brokenReaders } from './broken.ts';
import { mutated } from './mutate.ts';
import { readers } from './readers.ts';

/** What a worker is told, and tells. */
export interface Order {
  readonly reader: string;
  readonly cases: number;
  readonly seed: number;
  /** Instead of drawn ones. */
  readonly given?: readonly Uint8Array[];
  /** The case that is being read. */
  readonly progress: SharedArrayBuffer;
}

export interface Told {
  readonly cases: number;
  readonly refused: number;
  readonly slowestMs: number;
  /** What went wrong, with the case that made it so. */
  readonly fault?: { readonly why: string; readonly index: number; readonly bytes: Uint8Array };
}

/** A case may take so long, the best of three: a busy machine is no hang. */
const mostMs = 1000;
/** And so much memory outside the heap, and all cases of a run may leave so much; the heap is bounded by the worker's limits. */
const mostExternalBytes = 96 * 1024 * 1024;

const order: Order = workerData;
const reader = { ...readers, ...brokenReaders }[order.reader];
if (!reader) throw new Error(`no reader ${order.reader}`);
const { read } = reader;
const random = Random.seeded(order.seed);
const seeds = order.given ?? reader.seeds();
const progress = new Int32Array(order.progress);
let refused = 0;
let slowestMs = 0;

async function once(bytes: Uint8Array): Promise<{ why?: string; ms: number }> {
  const startMs = performance.now();
  const before = process.memoryUsage().external;
  let why: string | undefined;
  try {
    await read(bytes);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'SpeechError') refused++;
    else why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
  const grownBytes = process.memoryUsage().external - before;
  if (why === undefined && grownBytes > mostExternalBytes) why = `it took ${grownBytes} bytes`;
  return { ms: performance.now() - startMs, ...(why !== undefined && { why }) };
}

async function judged(bytes: Uint8Array): Promise<string | undefined> {
  let { why, ms } = await once(bytes);
  for (let again = 2; again > 0 && why === undefined && ms > mostMs; again--) ms = Math.min(ms, (await once(bytes)).ms);
  slowestMs = Math.max(slowestMs, ms);
  return why ?? (ms > mostMs ? `it took ${Math.round(ms)} ms` : undefined);
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Memory of WebAssembly is given back some rounds after it was found to be free. */
async function externalBytes(): Promise<number> {
  for (let round = 0; round < 8; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().external;
}

async function run(): Promise<Told> {
  const before = await externalBytes();
  const count = order.given?.length ?? order.cases;
  for (let index = 0; index < count; index++) {
    const bytes = order.given?.[index] ?? mutated(seeds, random);
    Atomics.store(progress, 0, index + 1);
    const why = await judged(bytes);
    if (why !== undefined) return { cases: index + 1, refused, slowestMs, fault: { why, index, bytes } };
  }
  const keptBytes = (await externalBytes()) - before;
  const leak = { why: `it keeps ${keptBytes} bytes`, index: count - 1, bytes: new Uint8Array() };
  return { cases: count, refused, slowestMs, ...(keptBytes > mostExternalBytes && { fault: leak }) };
}

run().then((told) => parentPort?.postMessage(told));
