import { parentPort, workerData } from 'node:worker_threads';
import { frameBytes } from '../audio/format.ts';
import type { Resampler } from '../audio/resample.ts';
import { createResampler, loadResampler } from '../audio/resample.ts';
import type { FliteJob, FromWorker, ToWorker, WorkerStart } from './flite-messages.ts';
import { FliteProgram } from './flite-program.ts';
import { fliteVoice } from './flite-voices.ts';
import { pcmEncoding } from './request.ts';
import { createShaper, type Shaper, Slicer } from './shape.ts';
import { Trimmer } from './trim.ts';

/** The entry of flite's worker thread, bundled apart. It takes one job at a time; the pool sees to that. */
const port = parentPort;
if (!port) throw new Error('flite-worker is not a program of its own');
const { stop }: WorkerStart = workerData;
const stopCell = new Int32Array(stop);

let program: FliteProgram | undefined;
const resamplers = new Map<string, Resampler>();

/** One for each pair of rates, made once; each utterance leaves it cleared, or it is cleared here. */
async function resamplerFor(fromHz: number, toHz: number): Promise<Resampler> {
  const key = `${fromHz}>${toHz}`;
  const known = resamplers.get(key) ?? (await createResampler({ fromHz, toHz, channels: 1 }));
  resamplers.set(key, known);
  known.reset();
  return known;
}

async function shaperFor({ voice: id, format, tailMs, speed }: FliteJob): Promise<Shaper> {
  const voice = fliteVoice(id);
  if (!voice) throw new Error(`no voice ${id}`);
  const { sampleRateHz, floorRms } = voice;
  const trimmer = new Trimmer({ sampleRateHz, floorRms, tailMs, skipMs: voice.skipMs / speed });
  return createShaper(trimmer, await resamplerFor(sampleRateHz, format.sampleRateHz), pcmEncoding(format));
}

function argumentsOf({ voice, speed, text }: FliteJob): string[] {
  const stretch = speed === 1 ? [] : ['--setf', `duration_stretch=${(1 / speed).toFixed(4)}`];
  return ['-voice', voice, ...stretch, '-t', text, '-o', 'stream'];
}

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function speak(program: FliteProgram, job: FliteJob): Promise<void> {
  const shaper = await shaperFor(job);
  const bytesPerMs = ((frameBytes(job.format) ?? 1) * job.format.sampleRateHz) / 1000;
  const slicer = new Slicer(bytesPerMs, (bytes) => post({ type: 'slice', bytes }, [bytes.buffer]));
  const stopped = () => Atomics.load(stopCell, 0) === job.id;
  if (!stopped()) {
    program.run(argumentsOf(job), (samples) => {
      slicer.push(shaper.push(samples));
      return !stopped();
    });
  }
  if (stopped()) return;
  slicer.push(shaper.end());
  slicer.flush();
}

async function receive(message: ToWorker): Promise<void> {
  if (message.type === 'module') {
    program = new FliteProgram(message.module);
    return;
  }
  try {
    if (!program) throw new Error('a job came before the module');
    await speak(program, message.job);
    post({ type: 'done' });
  } catch (thrown) {
    post({ type: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

port.on('message', receive);
// Most voices speak at 16 kHz, and most clients want another rate.
loadResampler().catch(() => {});
