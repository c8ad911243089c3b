import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FliteJob, FromWorker, ToWorker } from '../../src/engine/flite-messages.ts';
import { loadFliteModule } from '../../src/engine/flite-module.ts';
import { workerPath } from '../../src/engine/location.ts';
import { linear24 } from './contract.ts';

let worker: Worker;
let stopCell: Int32Array;
let messages: FromWorker[];

beforeEach(() => {
  const stop = new SharedArrayBuffer(4);
  stopCell = new Int32Array(stop);
  messages = [];
  worker = new Worker(workerPath('flite-worker'), { workerData: { stop } });
  worker.on('message', (message: FromWorker) => messages.push(message));
});
afterEach(() => worker.terminate());

function send(message: ToWorker): void {
  worker.postMessage(message);
}

const job: FliteJob = { id: 1, text: 'Hello there.', voice: 'slt', speed: 1, format: linear24, tailMs: 250 };

/** Sends the jobs, and gives all that came until each of them was answered. */
async function answers(...jobs: FliteJob[]): Promise<FromWorker[]> {
  const answered = new Promise<void>((resolve) => {
    worker.on('message', () => {
      if (messages.filter(({ type }) => type !== 'slice').length === jobs.length) resolve();
    });
  });
  for (const one of jobs) send({ type: 'speak', job: one });
  await answered;
  return messages;
}

function audio(from: readonly FromWorker[]): Buffer {
  return Buffer.concat(from.flatMap((message) => (message.type === 'slice' ? [message.bytes] : [])));
}

describe("flite's worker", () => {
  it('answers a job with slices and then done', async () => {
    send({ type: 'module', module: await loadFliteModule() });
    const got = await answers(job);
    expect(got.at(-1)).toEqual({ type: 'done' });
    expect(got.slice(0, -1).every(({ type }) => type === 'slice')).toBe(true);
    expect(audio(got).length).toBeGreaterThan(48 * 700);
  });

  it('says that a job failed, and does the next', async () => {
    send({ type: 'module', module: await loadFliteModule() });
    const got = await answers({ ...job, voice: 'nobody' }, { ...job, id: 2 });
    expect(got[0]).toEqual({ type: 'failed', message: expect.stringContaining('nobody') });
    expect(got.at(-1)).toEqual({ type: 'done' });
  });

  it('says that a job came too early', async () => {
    expect(await answers(job)).toEqual([{ type: 'failed', message: expect.stringContaining('module') }]);
  });

  it('makes nothing of a job that was stopped before it began', async () => {
    send({ type: 'module', module: await loadFliteModule() });
    Atomics.store(stopCell, 0, job.id);
    expect(await answers(job)).toEqual([{ type: 'done' }]);
  });

  it('stops inside a job, and leaves nothing of it to the next', async () => {
    send({ type: 'module', module: await loadFliteModule() });
    const expected = audio(await answers(job));
    messages = [];
    const long = { ...job, id: 2, text: 'A very long story, told slowly and with many words. '.repeat(7) };
    worker.on('message', ({ type }: FromWorker) => {
      if (type === 'slice') Atomics.store(stopCell, 0, long.id);
    });
    const stopped = audio(await answers(long));
    expect(stopped.length).toBeLessThan(48 * 15_000);
    messages = [];
    expect(audio(await answers({ ...job, id: 3 })).equals(expected)).toBe(true);
  });
});
