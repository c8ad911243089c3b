import { parentPort, workerData } from 'node:worker_threads';
import { createResampler, type Resampler } from '../audio/resample.ts';
import { createSpeechTracker, type SpeechTracker } from '../audio/speech-tracker.ts';
import { type Decoder, decoderRateHz } from './decoder.ts';
import { Hearing } from './hearing.ts';
import { createDecoder } from './pocketsphinx-library.ts';
import type { FromWorker, ToWorker, WorkerStart } from './pocketsphinx-messages.ts';
import type { RecogniserSettings } from './recogniser.ts';

/** The entry of a recogniser's worker thread, bundled apart: a decoder, and one stream at a time. */
const port = parentPort;
if (!port) throw new Error('pocketsphinx-worker is not a program of its own');
const { files, stop }: WorkerStart = workerData;
const stopCell = new Int32Array(stop);

/** Samples after which a stream that was given up is noticed: a quarter of a second. */
const pieceSamples = 4000;

interface Stream {
  readonly id: number;
  readonly hearing: Hearing;
  readonly resampler: Resampler;
}

let loaded: { readonly decoder: Decoder; readonly tracker: SpeechTracker } | undefined;
let stream: Stream | undefined;

/** Nobody waits for its results any more. */
function isDropped({ id }: Stream): boolean {
  return Atomics.load(stopCell, 0) === id;
}

function post(message: FromWorker): void {
  port?.postMessage(message);
}

async function open(id: number, settings: RecogniserSettings): Promise<void> {
  if (!loaded) return;
  const resampler = await createResampler({ fromHz: settings.sampleRateHz, toHz: decoderRateHz, channels: 1 });
  loaded.tracker.reset();
  const hearing = new Hearing({ ...loaded, resampler }, settings, (result) => post({ type: 'result', result }));
  stream = { id, hearing, resampler };
}

function hear(stream: Stream, samples: Int16Array): void {
  for (let at = 0; at < samples.length && !isDropped(stream); at += pieceSamples) {
    stream.hearing.push(samples.subarray(at, at + pieceSamples));
  }
  post({ type: 'taken', samples: samples.length });
}

function finish(ending: Stream): void {
  stream = undefined;
  if (isDropped(ending)) ending.hearing.discard();
  else ending.hearing.end();
  ending.resampler.close();
  post({ type: 'ended' });
}

async function receive(message: ToWorker): Promise<void> {
  if (message.type === 'quit') {
    loaded?.decoder.free();
    loaded = undefined;
    port?.close();
  } else if (message.type === 'open') await open(message.id, message.settings);
  else if (!stream) return;
  else if (message.type === 'audio') hear(stream, message.samples);
  else if (message.type !== 'finalize') finish(stream);
  else if (!isDropped(stream)) stream.hearing.finalize();
}

function fail(thrown: unknown): void {
  post({ type: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) });
}

async function load(): Promise<void> {
  const tracker = await createSpeechTracker({ sampleRateHz: decoderRateHz });
  loaded = { decoder: await createDecoder(files), tracker };
  post({ type: 'ready' });
}

// One after the other: what comes while a stream is still being opened waits.
let work = load().catch(fail);
port.on('message', (message: ToWorker) => {
  work = work.then(() => receive(message)).catch(fail);
});
