import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FliteJob } from '../../src/engine/flite-messages.ts';
import { FlitePool } from '../../src/engine/flite-pool.ts';
import { SliceQueue } from '../../src/engine/stream.ts';
import { SpeechError } from '../../src/errors.ts';
import { noLog } from '../../src/log.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { linear24 } from './contract.ts';

/**
 * A worker that obeys its text: `hang` for ever, `wait` until it is told to stop, `die`, `throw`, `fail`; else it says
 * the text back. Each slice begins with the worker's own thread id.
 */
const obedientWorker = `
const { parentPort, workerData, threadId } = require('node:worker_threads');
const stop = new Int32Array(workerData.stop);
const deeds = {
  hang() { for (;;); },
  wait(job) { while (Atomics.load(stop, 0) !== job.id); },
  die() { process.exit(3); },
  throw() { throw new Error('thrown aloud'); },
};
parentPort.on('message', ({ type, job }) => {
  if (type === 'module') return;
  if (job.text === 'fail') return parentPort.postMessage({ type: 'failed', message: 'cannot say it' });
  parentPort.postMessage({ type: 'slice', bytes: Uint8Array.of(threadId) });
  deeds[job.text]?.(job);
  parentPort.postMessage({ type: 'slice', bytes: Buffer.from(job.text) });
  parentPort.postMessage({ type: 'done' });
});
`;

const directory = mkdtempSync(join(tmpdir(), 'vox-pool-'));
const workerPath = join(directory, 'worker.cjs');
writeFileSync(workerPath, obedientWorker);
afterAll(() => rmSync(directory, { recursive: true }));

/** The smallest module there is. */
const empty = () => new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

let workers: Worker[] = [];
const note = (worker: Worker) => workers.push(worker);
let clock: ManualClock;
let pools: FlitePool[] = [];

beforeEach(() => {
  workers = [];
  pools = [];
  clock = new ManualClock();
  process.on('worker', note);
});
afterEach(async () => {
  process.off('worker', note);
  await Promise.all(pools.map((pool) => pool.close()));
});

function poolOf(size: number, more: { module?: Promise<WebAssembly.Module>; workerPath?: string } = {}): FlitePool {
  const pool = new FlitePool({ module: Promise.resolve(empty()), workerPath, size, clock, log: noLog, ...more });
  pools.push(pool);
  return pool;
}

interface Said {
  readonly text: Promise<string>;
  /** Resolves with the id of the worker's thread when it has begun. */
  readonly begun: Promise<number>;
  readonly queue: SliceQueue;
  cancel(): void;
}

function say(pool: FlitePool, text: string, wantedAtMs?: number): Said {
  const queue = new SliceQueue();
  const job: Omit<FliteJob, 'id'> = { text, voice: 'slt', speed: 1, format: linear24, tailMs: 60 };
  const cancel = pool.submit(job, queue, wantedAtMs);
  let begin: (threadId: number) => void = () => {};
  const begun = new Promise<number>((resolve) => {
    begin = resolve;
  });
  const read = async () => {
    const parts: string[] = [];
    for await (const slice of queue.read()) {
      if (!(slice instanceof Uint8Array)) continue;
      if (slice.length === 1) begin(slice[0] ?? 0);
      else parts.push(Buffer.from(slice).toString());
    }
    return parts.join();
  };
  const said = read();
  said.catch(() => {});
  return { text: said, begun, queue, cancel };
}

describe('a pool of workers', () => {
  it('answers each job, in order, with one worker as long as one waits', async () => {
    const pool = poolOf(2);
    const said = [say(pool, 'one'), say(pool, 'two')];
    expect(await Promise.all(said.map(({ text }) => text))).toEqual(['one', 'two']);
    expect(workers.length).toBe(1);
  });

  it('starts no more workers than it may', async () => {
    const pool = poolOf(2);
    const first = say(pool, 'wait');
    await first.begun;
    const rest = ['a', 'b', 'c', 'd', 'e', 'f'].map((text) => say(pool, `${text}${text}`));
    expect(await Promise.all(rest.map(({ text }) => text))).toEqual(['aa', 'bb', 'cc', 'dd', 'ee', 'ff']);
    expect(workers.length).toBe(2);
    first.cancel();
  });

  it('stops a job at once where the worker listens, and keeps the worker', async () => {
    const pool = poolOf(1);
    const stopped = say(pool, 'wait');
    const thread = await stopped.begun;
    stopped.cancel();
    const next = say(pool, 'next');
    expect(await next.begun).toBe(thread);
    expect(clock.pending).toBe(0);
  });

  it('ends a worker that does not listen, and starts another', async () => {
    const pool = poolOf(1);
    const hanging = say(pool, 'hang');
    const thread = await hanging.begun;
    hanging.cancel();
    hanging.cancel();
    const next = say(pool, 'next');
    expect(clock.pending).toBe(1);
    await clock.advance(500);
    expect(await next.begun).not.toBe(thread);
    expect(await next.text).toBe('next');
    await expect(hanging.text).rejects.toMatchObject({ code: 'E_ENGINE' });
  });

  it('does first what is wanted first, and what says nothing as if it were wanted now', async () => {
    const pool = poolOf(1);
    await clock.advance(500);
    const first = say(pool, 'wait');
    await first.begun;
    const order: string[] = [];
    const jobs = [say(pool, 'book', 90_000), say(pool, 'soon', 501), say(pool, 'now'), say(pool, 'late', 499)];
    for (const { text } of jobs) text.then((said) => order.push(said));
    first.cancel();
    await Promise.all(jobs.map(({ text }) => text));
    expect(order).toEqual(['late', 'now', 'soon', 'book']);
  });

  it('drops a job that still waits', async () => {
    const pool = poolOf(1);
    const first = say(pool, 'wait');
    await first.begun;
    const dropped = say(pool, 'dropped');
    const last = say(pool, 'last');
    dropped.cancel();
    first.cancel();
    expect(await last.text).toBe('last');
    dropped.queue.fail(new Error('never begun'));
    await expect(dropped.text).rejects.toThrow('never begun');
  });

  it('has nothing to do when a job that is done is called off', async () => {
    const pool = poolOf(1);
    const done = say(pool, 'done');
    await done.text;
    done.cancel();
    expect(await say(pool, 'more').text).toBe('more');
    expect(clock.pending).toBe(0);
  });

  it.each([
    { text: 'die', message: /the worker ended/ },
    { text: 'throw', message: /thrown aloud/ },
  ])('fails the job at which a worker is lost ($text), and does the next with another', async ({ text, message }) => {
    const pool = poolOf(1);
    const lost = say(pool, text);
    const next = say(pool, 'next');
    await expect(lost.text).rejects.toMatchObject({ code: 'E_ENGINE', message: expect.stringMatching(message) });
    expect(await next.text).toBe('next');
    expect(workers.length).toBe(2);
  });

  it('fails the one job that flite cannot do', async () => {
    const pool = poolOf(1);
    await expect(say(pool, 'fail').text).rejects.toMatchObject({ code: 'E_ENGINE', message: 'cannot say it' });
    expect(await say(pool, 'fine').text).toBe('fine');
    expect(workers.length).toBe(1);
  });

  it('fails every job where the module cannot be loaded', async () => {
    const pool = poolOf(1, { module: Promise.reject(new SpeechError('E_ENGINE', 'no flite')) });
    await expect(say(pool, 'early').text).rejects.toThrow('no flite');
    await expect(say(pool, 'later').text).rejects.toThrow('no flite');
  });

  it('fails a job, and hangs not, where the worker cannot be started', async () => {
    const pool = poolOf(2, { workerPath: join(directory, 'missing.cjs') });
    const said = ['a', 'b', 'c'].map((text) => say(pool, text).text);
    for (const text of said) await expect(text).rejects.toMatchObject({ code: 'E_ENGINE' });
  });

  it('leaves no worker when it is closed, and fails what is under way or waits', async () => {
    const pool = poolOf(2);
    const first = say(pool, 'hang');
    await first.begun;
    const rest = ['x', 'hang', 'hang', 'hang'].map((text) => say(pool, text));
    await rest[0]?.text;
    await pool.close();
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
    for (const { text } of [first, ...rest.slice(1)]) await expect(text).rejects.toThrow('closed');
    await expect(say(pool, 'after').text).rejects.toThrow('closed');
    expect(clock.pending).toBe(0);
  });
});
