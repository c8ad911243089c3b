import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PocketsphinxFiles } from '../../src/engine/pocketsphinx-files.ts';
import { DecoderPool, type PoolOptions } from '../../src/engine/pocketsphinx-pool.ts';
import { PocketsphinxStream } from '../../src/engine/pocketsphinx-stream.ts';
import type { DecoderThread } from '../../src/engine/pocketsphinx-thread.ts';
import type { RecogniserSettings, Recognition } from '../../src/engine/recogniser.ts';
import { noLog } from '../../src/log.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

/**
 * A worker with no decoder. Its acoustic model's name is what it does at first: `fail`, `die`, else it is ready. It
 * answers audio as the first sample says: 1 with an interim, 2 not at all, 3 by dying, 4 by throwing, 5 by failing, 6
 * by hanging for ever. A finalize is answered by a final with its thread's id as text. The worker `deaf` ignores `quit`.
 * Audio of a stream that was dropped is taken and not answered. A `gate` holds the worker up until its cell is not 0.
 */
const obedientWorker = `
const { parentPort, workerData, threadId } = require('node:worker_threads');
const { acoustic } = workerData.files;
const stopCell = new Int32Array(workerData.stop);
let open = 0;
const post = (message) => parentPort.postMessage(message);
const stretch = { startMs: 0, endMs: 1, words: [], confidence: 0 };
const result = (result) => post({ type: 'result', result: { ...stretch, ...result } });
const deeds = {
  1: () => result({ type: 'interim', text: 'heard' }),
  3: () => process.exit(3),
  4: () => { throw new Error('thrown aloud'); },
  5: () => post({ type: 'failed', message: 'lost its mind' }),
  6: () => { for (;;); },
};
if (acoustic === 'fail') post({ type: 'failed', message: 'no such model' });
else if (acoustic === 'die') process.exit(3);
else post({ type: 'ready' });
parentPort.on('message', (message) => {
  if (message.type === 'open') open = message.id;
  else if (message.type === 'gate') Atomics.wait(message.gate, 0, 0);
  else if (message.type === 'quit') { if (acoustic !== 'deaf') parentPort.close(); }
  else if (message.type === 'finalize') result({ type: 'final', text: String(threadId) });
  else if (message.type === 'end' || message.type === 'close') post({ type: 'ended' });
  else if (message.type === 'audio') {
    if (Atomics.load(stopCell, 0) !== open) deeds[message.samples[0]]?.();
    if (message.samples[0] !== 2) post({ type: 'taken', samples: message.samples.length });
  }
});
`;

const directory = mkdtempSync(join(tmpdir(), 'vox-decoders-'));
const workerPath = join(directory, 'worker.cjs');
writeFileSync(workerPath, obedientWorker);
afterAll(() => rmSync(directory, { recursive: true }));

const files: PocketsphinxFiles = { library: '', baseLibrary: '', acoustic: '', dictionary: '', language: '' };
const settings: RecogniserSettings = { sampleRateHz: 1000, interim: true, endpointingMs: 300 };

let workers: Worker[] = [];
const note = (worker: Worker) => workers.push(worker);
let clock: ManualClock;
let pools: DecoderPool[] = [];
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

function poolOf(more: Partial<PoolOptions> = {}): DecoderPool {
  const pool = new DecoderPool({ files, workerPath, spare: false, clock, log: noLog, ...more });
  pools.push(pool);
  return pool;
}

let lastId = 0;

/** A stream, as the recogniser opens it, with everything that it says. */
async function open(pool: DecoderPool) {
  const thread = await pool.take();
  lastId += 1;
  const over = later();
  const stream = new PocketsphinxStream(thread, {
    ...{ id: lastId, settings, warnings: ['w'] },
    over: () => {
      pool.giveBack(thread);
      over.resolve();
    },
  });
  const got: Recognition[] = [];
  const read = async () => {
    for await (const result of stream.results) got.push(result);
    return got;
  };
  const all = read();
  all.catch(() => {});
  return { stream, thread, all, got, over: over.promise };
}

function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** A second's audio, that begins with what the worker is to do. */
function audio(deed: number, samples = 1000): Int16Array {
  const made = new Int16Array(samples);
  made[0] = deed;
  return made;
}

const alive = () => workers.filter(({ threadId }) => threadId !== -1).length;
const exited = (thread: DecoderThread) => thread.exited;

describe('decoder threads', () => {
  it('are no more than there may be, with those that are ending: who wants another waits', async () => {
    const pool = poolOf({ most: 2, spare: true });
    const [first, second] = [await open(pool), await open(pool)];
    let came = false;
    const third = open(pool).then((opened) => {
      came = true;
      return opened;
    });
    await settle();
    expect({ came, threads: workers.length }).toEqual({ came: false, threads: 2 });
    first.stream.end();
    await first.over;
    expect((await third).thread).toBe(first.thread);
    const fourth = open(pool);
    second.thread.quit();
    await fourth;
    expect(alive()).toBeLessThanOrEqual(2);
    expect(workers.length).toBe(3);
  });

  it('that are waited for are refused when the pool is closed', async () => {
    const pool = poolOf({ most: 1 });
    await open(pool);
    const second = pool.take();
    const refused = expect(second).rejects.toMatchObject({ code: 'E_ENGINE' });
    await pool.close();
    await refused;
  });

  it('are started one ahead, and used again', async () => {
    const pool = poolOf();
    await settle();
    expect(workers.length).toBe(1);
    const first = await open(pool);
    expect(workers.length).toBe(1);
    first.stream.finalize();
    first.stream.end();
    const [one] = await first.all;
    const second = await open(pool);
    second.stream.finalize();
    second.stream.end();
    expect(await second.all).toEqual([one]);
    expect(workers.length).toBe(1);
  });

  it('are one more than are used, where a spare is wanted, and no more', async () => {
    const pool = poolOf({ spare: true });
    const [one, two] = [await open(pool), await open(pool)];
    await settle();
    expect(workers.length).toBe(3);
    one.stream.end();
    two.stream.end();
    await Promise.all([one.over, two.over]);
    await Promise.all([exited(one.thread), exited(two.thread)]);
    expect(alive()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('keep the process alive only while they are held', async () => {
    const ports = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = ports();
    const pool = poolOf();
    await settle();
    expect(ports()).toBe(before);
    const { stream, over } = await open(pool);
    expect(ports()).toBe(before + 1);
    stream.end();
    await over;
    expect(ports()).toBe(before);
  });

  it('are as many as there are streams at once', async () => {
    const pool = poolOf();
    const opened = await Promise.all([1, 2, 3].map(() => open(pool)));
    for (const { stream } of opened) {
      stream.finalize();
      stream.end();
    }
    const texts = (await Promise.all(opened.map(({ all }) => all)))
      .flat()
      .map((result) => 'text' in result && result.text);
    expect(new Set(texts).size).toBe(3);
  });

  it('fail those alone who wait for them, where the decoder cannot be loaded', async () => {
    const pool = poolOf({ files: { ...files, acoustic: 'fail' } });
    const refused = { code: 'E_RECOGNISER', message: expect.stringContaining('no such model') };
    await expect(pool.take()).rejects.toMatchObject(refused);
    await expect(pool.take()).rejects.toMatchObject(refused);
    const dying = poolOf({ files: { ...files, acoustic: 'die' } });
    await expect(dying.take()).rejects.toMatchObject({ code: 'E_ENGINE' });
    const missing = poolOf({ workerPath: join(directory, 'missing.cjs') });
    await expect(missing.take()).rejects.toMatchObject({ code: 'E_ENGINE' });
  });

  it.each(['before it is ready', 'while it waits'])('that died %s are not handed out', async (when) => {
    const pool = poolOf();
    if (when === 'while it waits') pool.giveBack(await pool.take());
    await settle();
    const [dead] = workers;
    await dead?.terminate();
    await settle();
    const { stream, all } = await open(pool);
    stream.finalize();
    stream.end();
    expect(await all).toMatchObject([{ type: 'final', text: String(workers[1]?.threadId) }]);
    expect(workers.length).toBe(2);
  });

  it.each([
    { deed: 3, message: /the worker ended/ },
    { deed: 4, message: /thrown aloud/ },
    { deed: 5, message: /lost its mind/ },
  ])('that are lost ($message) fail their stream alone', async ({ deed, message }) => {
    const pool = poolOf();
    const [lost, other] = [await open(pool), await open(pool)];
    lost.stream.write(audio(1));
    // What a thread posts in the moment of its death may never come.
    while (lost.got.length === 0) await settle();
    lost.stream.write(audio(deed));
    await expect(lost.all).rejects.toMatchObject({ code: 'E_ENGINE', message: expect.stringMatching(message) });
    expect(lost.got.length).toBe(1);
    other.stream.finalize();
    other.stream.end();
    expect((await other.all).length).toBe(1);
    const next = await open(pool);
    next.stream.end();
    expect(await next.all).toEqual([]);
    await exited(lost.thread);
    expect(clock.pending).toBe(0);
  });

  it('end with the pool, and fail what is under way', async () => {
    const pool = poolOf({ spare: true });
    const { all, stream } = await open(pool);
    stream.write(audio(2));
    await pool.close();
    await expect(all).rejects.toMatchObject({ code: 'E_ENGINE', message: 'the engine was closed' });
    await expect(pool.take()).rejects.toMatchObject({ code: 'E_ENGINE' });
    expect(alive()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it.each(['deaf', 'hanging'])('that are %s are ended by force, after some patience', async (how) => {
    const pool = poolOf({ files: { ...files, acoustic: how === 'deaf' ? 'deaf' : '' } });
    const { stream } = await open(pool);
    if (how === 'hanging') stream.write(audio(6));
    const closing = pool.close();
    await clock.advance(2999);
    expect(alive()).toBe(1);
    await clock.advance(1);
    await closing;
    expect(alive()).toBe(0);
  });
});

describe('a stream', () => {
  it('has the warnings that it was made with', async () => {
    expect((await open(poolOf())).stream.warnings).toEqual(['w']);
  });

  it('lets the writer go on up to 2 s ahead, and then when the worker is there', async () => {
    const { stream } = await open(poolOf());
    expect(stream.write(audio(1))).toBe(undefined);
    expect(stream.write(audio(1))).toBe(undefined);
    const waiting = stream.write(audio(1));
    expect(waiting).toBeInstanceOf(Promise);
    await waiting;
    // No more than 2 s are left now, so that the next second is too much again, but not for ever.
    await stream.write(audio(1));
  });

  it.each(['close', 'end of the pool', 'loss of the worker'])('lets a writer go on at the %s', async (what) => {
    const pool = poolOf();
    const { stream } = await open(pool);
    stream.write(audio(2, 3000));
    const waiting = stream.write(audio(what === 'loss of the worker' ? 3 : 2));
    if (what === 'close') stream.close();
    if (what === 'end of the pool') await pool.close();
    await expect(waiting).resolves.toBe(undefined);
  });

  it('leaves the samples to the writer', async () => {
    const { stream } = await open(poolOf());
    const samples = audio(1);
    stream.write(samples);
    expect(samples.length).toBe(1000);
    expect(stream.write(new Int16Array(0))).toBe(undefined);
  });

  it('ends at once when it is closed, and gives its thread back when that is ready', async () => {
    const pool = poolOf();
    const { stream, all, over, thread } = await open(pool);
    stream.write(audio(1));
    stream.end();
    stream.close();
    stream.close();
    expect(await all).toEqual([]);
    await over;
    expect((await open(pool)).thread).toBe(thread);
  });

  it.each(['end', 'close'] as const)('%s: audio that the worker has not come to is heard, or skipped', async (how) => {
    const pool = poolOf();
    const { stream, over } = await open(pool);
    const said: string[] = [];
    const [worker] = workers;
    worker?.on('message', ({ type }: { type: string }) => said.push(type));
    const gate = new Int32Array(new SharedArrayBuffer(4));
    worker?.postMessage({ type: 'gate', gate });
    stream.write(audio(1));
    stream.write(audio(1));
    stream[how]();
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    await over;
    const heard = how === 'end' ? ['result', 'taken', 'result', 'taken'] : ['taken', 'taken'];
    expect(said).toEqual([...heard, 'ended']);
    // The next stream has a number of its own, and is heard.
    const next = await open(pool);
    next.stream.write(audio(1));
    next.stream.end();
    expect(await next.all).toMatchObject([{ text: 'heard' }]);
  });

  it('takes nothing after its end', async () => {
    const { stream, all, over } = await open(poolOf());
    stream.end();
    stream.finalize();
    stream.end();
    expect(stream.write(audio(1, 9000))).toBe(undefined);
    await over;
    stream.close();
    expect(await all).toEqual([]);
  });
});
