import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioChunk, AudioFormat } from '../../src/audio/format.ts';
import { alawToLinear, mulawToLinear } from '../../src/audio/g711.ts';
import type { PlayoutOptions, Underrun } from '../../src/audio/playout.ts';
import { createPlayout } from '../../src/audio/playout.ts';
import { SpeechError } from '../../src/errors.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { FakeDevice } from './fake-device.ts';

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 1000, channels: 1 };

/** So many samples of 1 ms each, counted on from `from`. */
function chunk(samples: number, from = 1): AudioChunk {
  const values = Int16Array.from({ length: samples }, (_, index) => from + index);
  return { format, bytes: new Uint8Array(values.buffer), firstSample: undefined };
}

const counted = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

function setUp(options: Partial<PlayoutOptions> = {}) {
  const clock = new ManualClock();
  const device = new FakeDevice(clock);
  const underruns: Underrun[] = [];
  const onUnderrun = (underrun: Underrun) => void underruns.push(underrun);
  const playout = createPlayout({ device, clock, bufferMs: 200, onUnderrun, ...options });
  return { clock, device, playout, underruns };
}

/** What a promise has come to by now. */
async function stateOf(promise: Promise<void> | void): Promise<string> {
  let state = 'pending';
  void Promise.resolve(promise).then(
    () => {
      state = 'resolved';
    },
    (error: unknown) => {
      state = error instanceof SpeechError ? error.code : String(error);
    },
  );
  await settle();
  return state;
}

describe('before the first sound', () => {
  it('holds everything back until the pre-roll is there', () => {
    const { device, playout } = setUp();
    playout.write(chunk(199));
    expect(device.ask(50)).toBe(0);
    expect(device.calls).toEqual([]);
    expect(playout.firstSoundMs).toBeUndefined();
    playout.write(chunk(1, 200));
    expect(device.calls).toEqual(['wake']);
    expect(device.ask(50)).toBe(50);
    expect(device.heard).toEqual(counted(50));
  });

  it('lets a turn out that is shorter than the pre-roll when it ends', async () => {
    const { clock, device, playout, underruns } = setUp();
    playout.write(chunk(80));
    const drained = playout.drain();
    expect(device.calls).toEqual(['wake']);
    expect(device.ask(100)).toBe(80);
    expect(await stateOf(drained)).toBe('resolved');
    expect(device.heard).toEqual(counted(80));
    expect(underruns).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('plays at once without a pre-roll', () => {
    const { device, playout } = setUp({ bufferMs: 0 });
    playout.write(chunk(1));
    expect(device.ask(10)).toBe(1);
  });

  it('says when the first sound was heard', async () => {
    const { clock, device, playout } = setUp({ bufferMs: 10 });
    await clock.advance(300);
    playout.write(chunk(10));
    await clock.advance(5);
    device.ask(10);
    await clock.advance(50);
    expect(playout.firstSoundMs).toBe(305);
  });

  it('ends at once where nothing was written', async () => {
    const { clock, device, playout } = setUp();
    expect(await stateOf(playout.drain())).toBe('resolved');
    expect(device.calls).toEqual(['drain']);
    expect(clock.pending).toBe(0);
  });
});

describe('an underrun', () => {
  /** Plays 200 ms, then nothing comes for 350 ms. */
  async function starved(options: Partial<PlayoutOptions> = {}) {
    const all = setUp(options);
    all.playout.write(chunk(200));
    all.device.ask(200);
    await all.clock.advance(350);
    return all;
  }

  it('is counted when the sound goes on, with the time that was missing', async () => {
    const { clock, device, playout, underruns } = await starved();
    playout.write(chunk(300, 201));
    expect(playout.underruns).toBe(0);
    await clock.advance(10);
    expect(device.ask(300)).toBe(300);
    expect(underruns).toEqual([{ atMs: 200, missingMs: 160 }]);
    expect(playout.underruns).toBe(1);
    expect(playout.underrunMs).toBe(160);
    expect(device.heard).toEqual(counted(500));
  });

  it('makes the next pre-roll longer by 100 ms', async () => {
    const { device, playout } = await starved();
    playout.write(chunk(299, 201));
    expect(device.ask(10)).toBe(0);
    playout.write(chunk(1, 500));
    expect(device.ask(10)).toBe(10);
  });

  it.each([
    { bufferMs: 200, growMs: 300, times: 2, wantedMs: 800 },
    { bufferMs: 200, growMs: 1500, times: 3, wantedMs: 2000 },
    { bufferMs: 5000, growMs: 100, times: 2, wantedMs: 5000 },
  ])('grows from $bufferMs by $growMs, $times times, to $wantedMs', async ({ bufferMs, growMs, times, wantedMs }) => {
    const { clock, device, playout } = setUp({ bufferMs, growMs });
    for (let i = 0; i < times; i++) {
      playout.write(chunk(6000));
      expect(device.ask(6000)).toBe(6000);
      await clock.advance(7000);
    }
    playout.write(chunk(wantedMs - 1));
    expect(device.ask(1)).toBe(0);
    playout.write(chunk(1));
    expect(device.ask(1)).toBe(1);
    expect(playout.underruns).toBe(times);
  });

  it('is not what follows the end of the text', async () => {
    const { clock, playout } = await starved();
    const drained = playout.drain();
    await clock.advance(1000);
    expect(await stateOf(drained)).toBe('resolved');
    expect(playout.underruns).toBe(0);
    expect(playout.underrunMs).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('is not one while the device still has sound', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(200));
    device.ask(200);
    await clock.advance(199);
    playout.write(chunk(10, 201));
    expect(device.ask(10)).toBe(10);
    expect(playout.underruns).toBe(0);
  });

  it('is counted, too, where the device asked too late: it was silent all the same', async () => {
    const { clock, device, playout, underruns } = setUp();
    playout.write(chunk(400));
    device.ask(100);
    await clock.advance(150);
    expect(device.ask(100)).toBe(100);
    expect(underruns).toEqual([{ atMs: 100, missingMs: 50 }]);
  });

  it('needs more silence than the reckoning may be off by', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(400));
    device.ask(100);
    await clock.advance(110);
    device.ask(100);
    expect(playout.underruns).toBe(0);
    await clock.advance(111);
    device.ask(100);
    expect(playout.underruns).toBe(1);
  });
});

describe('a lull', () => {
  it('lets out what is held', () => {
    const { device, playout } = setUp();
    playout.write(chunk(50));
    expect(device.ask(50)).toBe(0);
    playout.lull();
    expect(device.calls).toEqual(['wake']);
    expect(device.ask(50)).toBe(50);
  });

  it('excuses the silence until the next sound, which gets a pre-roll of its own, no longer than the first', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(200));
    device.ask(200);
    playout.lull();
    await clock.advance(5000);
    playout.write(chunk(199, 201));
    expect(device.ask(10)).toBe(0);
    playout.write(chunk(1, 400));
    expect(device.ask(200)).toBe(200);
    expect(playout.underruns).toBe(0);
  });

  it('makes what follows wait for its pre-roll even while the device still sounds', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(200));
    device.ask(200);
    playout.lull();
    await clock.advance(195);
    playout.write(chunk(20, 201));
    expect(device.ask(20)).toBe(0);
    await clock.advance(100);
    playout.write(chunk(180, 221));
    expect(device.ask(200)).toBe(200);
    expect(playout.underruns).toBe(0);
    expect(device.heard).toEqual(counted(400));
  });

  it('excuses one silence only', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(200));
    device.ask(200);
    playout.lull();
    await clock.advance(5000);
    playout.write(chunk(200));
    device.ask(200);
    await clock.advance(1000);
    playout.write(chunk(300));
    device.ask(300);
    expect(playout.underruns).toBe(1);
  });
});

describe('back-pressure', () => {
  it('lets 30 s and the pre-roll in, and then waits for room', async () => {
    const { clock, device, playout } = setUp();
    expect(playout.write(chunk(30_200))).toBeUndefined();
    const waiting = playout.write(chunk(100));
    expect(await stateOf(waiting)).toBe('pending');
    device.ask(99);
    expect(await stateOf(waiting)).toBe('pending');
    device.ask(1);
    expect(await stateOf(waiting)).toBe('resolved');
    expect(clock.pending).toBe(0);
  });

  it('never waits for room that its own pre-roll needs', () => {
    const { device, playout } = setUp({ bufferMs: 60_000 });
    expect(playout.write(chunk(60_000))).toBeUndefined();
    expect(device.ask(1)).toBe(1);
  });
});

describe('draining', () => {
  it('waits for the queue, then for the device', async () => {
    const { clock, device, playout } = setUp();
    let heard = () => {};
    device.drains = new Promise<void>((resolve) => {
      heard = resolve;
    });
    playout.write(chunk(300));
    const drained = playout.drain();
    device.ask(299);
    expect(await stateOf(drained)).toBe('pending');
    expect(device.calls).not.toContain('drain');
    device.ask(299);
    await settle();
    expect(device.calls).toContain('drain');
    expect(await stateOf(drained)).toBe('pending');
    heard();
    expect(await stateOf(drained)).toBe('resolved');
    expect(clock.pending).toBe(0);
  });

  it('drains once, however often it is asked', async () => {
    const { device, playout } = setUp();
    await Promise.all([playout.drain(), playout.drain()]);
    expect(device.calls).toEqual(['drain']);
  });

  it('rejects with what the device says', async () => {
    const { clock, device, playout } = setUp();
    device.drains = Promise.reject(new SpeechError('E_DEVICE', 'it melted'));
    await expect(playout.drain()).rejects.toMatchObject({ code: 'E_DEVICE', message: 'it melted' });
    expect(clock.pending).toBe(0);
  });
});

describe('abort', () => {
  it('stops the device, and lets a waiting write and drain go', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(30_200));
    const written = playout.write(chunk(100));
    const drained = playout.drain();
    playout.abort();
    expect(device.calls).toContain('abort');
    expect(await stateOf(written)).toBe('resolved');
    expect(await stateOf(drained)).toBe('resolved');
    expect(device.calls).not.toContain('drain');
    expect(clock.pending).toBe(0);
  });

  it('lets a drain go that waits for the device', async () => {
    const { clock, device, playout } = setUp();
    device.drains = new Promise(() => {});
    playout.write(chunk(10));
    const drained = playout.drain();
    device.ask(10);
    expect(await stateOf(drained)).toBe('pending');
    playout.abort();
    expect(await stateOf(drained)).toBe('resolved');
    expect(clock.pending).toBe(0);
  });

  it('gives nothing more to the device, takes nothing more, and is safe to call twice', async () => {
    const { device, playout } = setUp();
    playout.write(chunk(300));
    device.ask(10);
    playout.abort();
    playout.abort();
    expect(device.ask(10)).toBe(0);
    expect(playout.write(chunk(300))).toBeUndefined();
    expect(device.ask(10)).toBe(0);
    expect(device.calls.filter((call) => call === 'abort')).toHaveLength(1);
    expect(await stateOf(playout.drain())).toBe('resolved');
  });

  it('leaves the position where the sound stopped', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(300));
    device.ask(300);
    await clock.advance(120);
    playout.abort();
    await clock.advance(500);
    expect(playout.position()).toEqual({ playedSamples: 120, atMs: 120 });
  });
});

describe('the position', () => {
  it('is what was heard, not what was handed over', async () => {
    const { clock, device, playout } = setUp();
    expect(playout.position()).toEqual({ playedSamples: 0, atMs: 0 });
    playout.write(chunk(300));
    device.ask(250);
    expect(playout.position().playedSamples).toBe(0);
    await clock.advance(100);
    expect(playout.position()).toEqual({ playedSamples: 100, atMs: 100 });
    await clock.advance(1000);
    expect(playout.position()).toEqual({ playedSamples: 250, atMs: 1100 });
  });
});

describe('a device that breaks', () => {
  it('fails the waiting write, the next one, and drain', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(30_200));
    const written = playout.write(chunk(100));
    device.breaks(new SpeechError('E_DEVICE', 'unplugged'));
    expect(await stateOf(written)).toBe('E_DEVICE');
    expect(() => playout.write(chunk(1))).toThrow('unplugged');
    await expect(playout.drain()).rejects.toThrow('unplugged');
    expect(clock.pending).toBe(0);
  });

  it('is noticed when it asks for nothing for 10 s while somebody waits', async () => {
    const { clock, device, playout } = setUp();
    playout.write(chunk(500));
    const drained = playout.drain();
    const state = stateOf(drained);
    await clock.advance(9_999);
    device.ask(100);
    await clock.advance(9_999);
    expect(device.calls).not.toContain('abort');
    await clock.advance(1);
    await expect(drained).rejects.toMatchObject({ code: 'E_DEVICE' });
    expect(device.calls).toContain('abort');
    expect(clock.pending).toBe(0);
    await state;
  });

  it('is noticed when it does not come to its end 10 s after it should have', async () => {
    const { clock, device, playout } = setUp();
    device.drains = new Promise(() => {});
    playout.write(chunk(5000));
    const drained = playout.drain();
    const rejected = expect(drained).rejects.toMatchObject({ code: 'E_DEVICE' });
    device.ask(5000);
    await clock.advance(14_999);
    expect(device.calls).not.toContain('abort');
    await clock.advance(1);
    await rejected;
    expect(clock.pending).toBe(0);
  });
});

describe('formats', () => {
  it.each([
    { encoding: 'mulaw', expand: mulawToLinear },
    { encoding: 'alaw', expand: alawToLinear },
  ] as const)('expands $encoding', ({ encoding, expand }) => {
    const { device, playout } = setUp({ bufferMs: 0 });
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    playout.write({ format: { ...format, encoding }, bytes, firstSample: 0 });
    device.ask(256);
    expect(device.heard).toEqual([...expand(bytes)]);
  });

  it('reads samples at any offset of a larger buffer, and keeps its own copy', () => {
    const { device, playout } = setUp({ bufferMs: 0 });
    const frame = Uint8Array.from([9, 0x34, 0x12, 0xff, 0xff, 9]);
    playout.write({ format, bytes: frame.subarray(1, 5), firstSample: 0 });
    frame.fill(0);
    device.ask(2);
    expect(device.heard).toEqual([0x1234, -1]);
  });

  it.each([
    { ...format, sampleRateHz: 24000 },
    { ...format, channels: 2 },
    { ...format, encoding: 'mp3' as const },
  ])('refuses $encoding at $sampleRateHz Hz with $channels channels instead of playing noise', (wrong) => {
    const { device, playout } = setUp({ bufferMs: 0 });
    expect(playout.refuses(format)).toBeUndefined();
    expect(playout.refuses(wrong)).toContain('1000 Hz');
    expect(() => playout.write({ format: wrong, bytes: new Uint8Array(8), firstSample: 0 })).toThrow(
      expect.objectContaining({ code: 'E_PROTOCOL' }),
    );
    expect(device.ask(4)).toBe(0);
  });
});

it('plays every sample once and in order, however it comes and is asked for', () => {
  const steps = fc.array(fc.record({ write: fc.nat(400), ask: fc.nat(400), waitMs: fc.nat(500) }), { maxLength: 30 });
  return fc.assert(
    fc.asyncProperty(steps, fc.nat(500), async (moves, bufferMs) => {
      const { clock, device, playout } = setUp({ bufferMs });
      let written = 0;
      for (const move of moves) {
        playout.write(chunk(move.write, written + 1));
        written += move.write;
        device.ask(move.ask);
        await clock.advance(move.waitMs);
        expect(playout.position().playedSamples).toBeLessThanOrEqual(device.heard.length);
      }
      const drained = playout.drain();
      while (device.ask(1000) > 0);
      await drained;
      expect(device.heard).toEqual(counted(written));
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 50 },
  );
});
