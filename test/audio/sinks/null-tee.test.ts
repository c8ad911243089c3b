import { describe, expect, it } from 'vitest';
import type { AudioSink } from '../../../src/audio/sink.ts';
import { createNullSink } from '../../../src/audio/sinks/null.ts';
import { teeSinks } from '../../../src/audio/sinks/tee.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { chunksOf, countingBytes, mp3, mulaw8k, pcm24k } from '../signal.ts';

const [chunk] = chunksOf(pcm24k, countingBytes(960), 960);
if (!chunk) throw new Error('one chunk');

/** A sink whose answers the test gives. */
function scriptedSink(write: AudioSink['write'], drain: AudioSink['drain'] = async () => {}) {
  const calls: string[] = [];
  const sink: AudioSink = {
    refuses: (format) => (format.encoding === 'mulaw' ? 'no mulaw here' : undefined),
    write(given) {
      calls.push('write');
      return write(given);
    },
    drain() {
      calls.push('drain');
      return drain();
    },
    abort: () => calls.push('abort'),
    position: () => ({ playedSamples: 7, atMs: 9 }),
  };
  return { sink, calls };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settled) => {
    resolve = settled;
  });
  return { promise, resolve: () => resolve() };
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  promise.then(done, done);
  await settle();
  return settled;
}

describe('createNullSink', () => {
  it('takes everything at once and tells when it was asked', async () => {
    const clock = new ManualClock();
    const sink = createNullSink(clock);
    expect(sink.write(chunk)).toBeUndefined();
    await clock.advance(40);
    expect(sink.position()).toEqual({ playedSamples: 480, atMs: 40 });
  });

  it('has no samples to count in compressed audio', () => {
    const sink = createNullSink();
    for (const part of chunksOf(mp3, countingBytes(500), 100)) sink.write(part);
    expect(sink.position().playedSamples).toBe(0);
  });
});

describe('teeSinks', () => {
  it('hands every chunk to every sink, and waits for nobody where nobody waits', () => {
    const seen: unknown[] = [];
    const take = (given: unknown) => {
      seen.push(given);
    };
    const tee = teeSinks([scriptedSink(take).sink, scriptedSink(take).sink]);
    expect(tee.write(chunk)).toBeUndefined();
    expect(seen).toEqual([chunk, chunk]);
  });

  it('keeps to the pace of the slowest', async () => {
    const slow = deferred();
    const slower = deferred();
    const tee = teeSinks([
      scriptedSink(() => slow.promise).sink,
      scriptedSink(() => slower.promise).sink,
      scriptedSink(() => {}).sink,
    ]);
    const written = Promise.resolve(tee.write(chunk));
    slow.resolve();
    expect(await isSettled(written)).toBe(false);
    slower.resolve();
    await written;
  });

  it('tells of a failing sink without waiting for the others, thrown or rejected', async () => {
    const never = scriptedSink(() => new Promise<void>(() => {}));
    const fails = [
      scriptedSink(() => Promise.reject(new Error('spoiled'))),
      scriptedSink(() => {
        throw new Error('spoiled');
      }),
    ];
    for (const failing of fails) {
      const tee = teeSinks([failing.sink, never.sink]);
      await expect(tee.write(chunk)).rejects.toThrow('spoiled');
    }
    expect(never.calls).toEqual(['write', 'write']);
  });

  it('lets every sink drain before it tells which one failed', async () => {
    const file = deferred();
    const failing = scriptedSink(
      () => {},
      () => Promise.reject(new Error('no device')),
    );
    const slow = scriptedSink(
      () => {},
      () => file.promise,
    );
    const drained = teeSinks([failing.sink, slow.sink]).drain();
    expect(await isSettled(drained)).toBe(false);
    file.resolve();
    await expect(drained).rejects.toThrow('no device');
  });

  it('refuses what one refuses, aborts all, and is where the first one is', () => {
    const first = scriptedSink(() => {});
    const second = createNullSink();
    const tee = teeSinks([second, first.sink]);
    expect(tee.refuses(mulaw8k)).toBe('no mulaw here');
    expect(tee.refuses(pcm24k)).toBeUndefined();
    tee.write(chunk);
    expect(tee.position().playedSamples).toBe(480);
    tee.abort();
    tee.write(chunk);
    expect(first.calls).toEqual(['write', 'abort', 'write']);
    expect(second.position().playedSamples).toBe(480);
    expect(() => teeSinks([])).toThrow(RangeError);
  });
});
