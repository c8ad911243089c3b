import { describe, expect, it } from 'vitest';
import { type ClockParts, clockCheck, type ServiceTime } from '../../src/doctor/clock.ts';

const { signal } = new AbortController();
const noon = Date.UTC(2026, 6, 1, 12);

/** A service whose header says noon, when it is so many ms after that here. */
const telling = (offMs: number, provider = 'slng'): ServiceTime => ({ provider, thereMs: noon, hereMs: noon + offMs });

/** A clock whose readings come at these distances, ms, over and over. */
function ticking(...stepsMs: number[]): () => number {
  let [nowMs, at] = [1000, 0];
  return () => {
    nowMs += stepsMs[at++ % stepsMs.length] ?? 0;
    return nowMs;
  };
}

const check = (parts: Partial<ClockParts>) =>
  clockCheck({ times: () => [], distrusted: () => [], now: ticking(0, 0.001), ...parts }).run(signal);

const day = (...times: ServiceTime[]) => check({ times: () => times });

describe('the check of the time of day', () => {
  it('is by the whole seconds of a header', async () => {
    for (const offMs of [0, 500, 999, 1400, -400]) {
      expect(await day(telling(offMs))).toEqual({
        status: 'ok',
        detail: "as slng's; steps of 0.001 ms, forward",
        data: { provider: 'slng', offS: expect.any(Number), stepMs: 0.001 },
      });
    }
  });

  it('tells which way it is off, and warns beyond half a minute, saying what to do', async () => {
    expect(await day(telling(12_500))).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('12 s ahead of slng'),
    });
    expect(await day(telling(30_500))).toMatchObject({ status: 'ok', data: { offS: 30 } });
    expect(await day(telling(-29_500))).toMatchObject({ status: 'ok', detail: expect.stringContaining('30 s behind') });
    for (const [offMs, offS] of [
      [31_000, 31],
      [-30_500, -31],
      [86_400_500, 86_400],
    ] as const) {
      expect(await day(telling(offMs))).toMatchObject({
        status: 'warn',
        todo: expect.stringContaining('NTP'),
        data: { offS },
      });
    }
  });

  it('is well where one service agrees: the clock of another may be wrong', async () => {
    const found = await day(telling(3_600_000), telling(400, 'deepgram'), telling(-90_000, 'telnyx'));
    expect(found).toMatchObject({ status: 'ok', data: { provider: 'deepgram', offS: 0 } });
  });

  it('is suspected where a certificate is not valid now, and no service told the time', async () => {
    const distrusted = () => ['telnyx'];
    expect(await check({ distrusted })).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('the certificate of telnyx is not valid at this machine'),
      todo: expect.stringContaining('set the clock'),
    });
    expect(await check({ distrusted, times: () => [telling(0)] })).toMatchObject({ status: 'ok' });
  });

  it('is left open where nobody was asked', async () => {
    expect(await check({})).toEqual({
      status: 'ok',
      detail: 'no service told the time of day; steps of 0.001 ms, forward',
      data: { stepMs: 0.001 },
    });
  });

  it('looks when the services have been reached, not when it is made', async () => {
    const times: ServiceTime[] = [];
    const made = clockCheck({ times: () => times, distrusted: () => [], now: ticking(0.1) });
    times.push(telling(0));
    expect(await made.run(signal)).toMatchObject({ data: { provider: 'slng' } });
    expect(made.stage).toBe('clock');
  });
});

describe('the check of the clock that measures', () => {
  it('tells its least step, whatever comes between', async () => {
    expect(await check({ now: ticking(0, 0, 0.5, 0.000_25, 0) })).toMatchObject({
      status: 'ok',
      data: { stepMs: 0.00025 },
    });
  });

  it('is 1 ms at most', async () => {
    expect(await check({ now: ticking(0, 1) })).toMatchObject({ status: 'ok', data: { stepMs: 1 } });
    expect(await check({ now: ticking(0, 15.6) })).toMatchObject({ status: 'warn', data: { stepMs: 16 } });
  });

  it('warns of one that goes back, or stands', async () => {
    expect(await check({ now: ticking(1, 1, -0.5) })).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('went back by 0.5 ms'),
    });
    expect(await check({ now: () => 7 })).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('stood still'),
    });
  });

  it('is this machine’s', async () => {
    expect(await check({ now: () => performance.now() })).toMatchObject({ status: 'ok' });
  });
});
