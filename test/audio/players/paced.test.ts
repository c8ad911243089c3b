import { describe, expect, it } from 'vitest';
import type { Outlet } from '../../../src/audio/players/paced.ts';
import { PacedDevice } from '../../../src/audio/players/paced.ts';
import { SpeechError } from '../../../src/errors.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';

/** 1000 Hz, so that a sample lasts 1 ms; 100 ms ahead, no latency. */
function setUp(outlet: Partial<Outlet> = {}) {
  const clock = new ManualClock();
  const written: number[] = [];
  const calls: string[] = [];
  const failures: SpeechError[] = [];
  const whole: Outlet = {
    write: (samples) => void written.push(samples.length),
    finish: async (leftMs) => void calls.push(`finish ${leftMs}`),
    discard: () => void calls.push('discard'),
    ...outlet,
  };
  const device = new PacedDevice(whole, { sampleRateHz: 1000, clock, latencyMs: 0, aheadMs: 100, padMs: 30 });
  const source = { left: 0 };
  device.start({
    pull(into) {
      const count = Math.min(into.length, source.left);
      source.left -= count;
      return count;
    },
    failed: (error) => failures.push(error),
  });
  return { clock, device, source, written, calls, failures };
}

describe('filling', () => {
  it('fills up to what it may be ahead, and then keeps it there', async () => {
    const { clock, device, source, written } = setUp();
    source.left = 1000;
    device.wake();
    expect(written).toEqual([100]);
    await clock.advance(60);
    expect(written).toEqual([100, 20, 20, 20]);
    expect(device.position().playedSamples).toBe(60);
  });

  it('stops when there is nothing, and goes on when it is woken', async () => {
    const { clock, device, source, written } = setUp();
    source.left = 50;
    device.wake();
    await clock.advance(20);
    source.left = 40;
    device.wake();
    device.wake();
    expect(written).toEqual([50, 40]);
    expect(clock.pending).toBe(1);
  });

  it('pushes the last out with silence, once, where the sound stops: it is no part of the position', async () => {
    const { clock, device, source, written } = setUp();
    source.left = 50;
    device.wake();
    await clock.advance(49);
    expect(written).toEqual([50]);
    await clock.advance(1);
    expect(written).toEqual([50, 30]);
    await clock.advance(1000);
    expect(written).toEqual([50, 30]);
    expect(clock.pending).toBe(0);
    expect(device.position().playedSamples).toBe(50);
    source.left = 10;
    device.wake();
    expect(written).toEqual([50, 30, 10]);
  });

  it('puts no silence into sound that goes on in time', async () => {
    const { clock, device, source, written } = setUp();
    source.left = 50;
    device.wake();
    await clock.advance(45);
    source.left = 50;
    device.wake();
    await clock.advance(20);
    expect(written).toEqual([50, 50]);
  });

  it('puts no silence behind the end', async () => {
    const { clock, device, source, written } = setUp();
    source.left = 50;
    device.wake();
    await clock.advance(30);
    await device.drain();
    await clock.advance(1000);
    expect(written).toEqual([50]);
  });

  it('writes nothing while the outlet has no room', async () => {
    let ready = () => {};
    const written: number[] = [];
    const { clock, device, source } = setUp({
      write: (samples) => {
        written.push(samples.length);
        return new Promise<void>((resolve) => {
          ready = resolve;
        });
      },
    });
    source.left = 1000;
    device.wake();
    await clock.advance(80);
    device.wake();
    expect(written).toEqual([100]);
    expect(clock.pending).toBe(0);
    ready();
    await settle();
    expect(written).toEqual([100, 80]);
  });
});

describe('the end', () => {
  it('tells the outlet how much is still to be heard', async () => {
    const { clock, device, source, calls } = setUp();
    source.left = 90;
    device.wake();
    await clock.advance(30);
    await device.drain();
    expect(calls).toEqual(['finish 60']);
    expect(clock.pending).toBe(0);
  });

  it('leaves an end that went wrong to drain alone', async () => {
    const { device, failures } = setUp({ finish: () => Promise.reject(new Error('status 1')) });
    const drained = device.drain();
    device.fail(new Error('gone'));
    await expect(drained).rejects.toMatchObject({ code: 'E_DEVICE', message: 'status 1' });
    expect(failures).toEqual([]);
  });

  it('resolves when an abort comes first, and finishes nothing after one', async () => {
    let fail = (_error: Error) => {};
    const { device } = setUp({
      finish: () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
      discard: () => fail(new Error('killed')),
    });
    const drained = device.drain();
    device.abort();
    await expect(drained).resolves.toBeUndefined();
    await expect(device.drain()).resolves.toBeUndefined();
  });
});

describe('abort', () => {
  it('throws away what the outlet holds, and leaves no timer and the position where it is', async () => {
    const { clock, device, source, written, calls } = setUp();
    source.left = 1000;
    device.wake();
    await clock.advance(50);
    device.abort();
    device.abort();
    expect(calls).toEqual(['discard']);
    expect(clock.pending).toBe(0);
    const before = written.length;
    device.wake();
    await clock.advance(500);
    expect(written.length).toBe(before);
    expect(device.position()).toEqual({ playedSamples: 50, atMs: 50 });
  });
});

describe('an outlet that breaks', () => {
  const error = new SpeechError('E_DEVICE', 'unplugged');
  it.each([
    {
      how: 'throws',
      write: () => {
        throw error;
      },
    },
    { how: 'rejects', write: () => Promise.reject(error) },
  ])('is reported once when it $how', async ({ write }) => {
    const { clock, device, source, failures, calls } = setUp({ write });
    source.left = 1000;
    device.wake();
    await clock.advance(100);
    device.fail(new Error('again'));
    expect(failures).toEqual([error]);
    expect(calls).toEqual(['discard']);
    expect(clock.pending).toBe(0);
  });

  it('may say so by itself', () => {
    const { device, failures } = setUp();
    device.fail(new Error('ended'));
    expect(failures).toMatchObject([{ code: 'E_DEVICE', message: 'ended' }]);
  });
});
