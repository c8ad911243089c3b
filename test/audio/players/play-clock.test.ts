import { describe, expect, it } from 'vitest';
import { PlayClock } from '../../../src/audio/players/play-clock.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function setUp(latencyMs = 40) {
  const clock = new ManualClock();
  return { clock, played: new PlayClock(clock, 8000, latencyMs) };
}

describe('the reckoned position', () => {
  it('is nothing before anything was given', async () => {
    const { clock, played } = setUp();
    await clock.advance(1000);
    played.gave(0);
    expect(played.position()).toEqual({ playedSamples: 0, atMs: 1000 });
    expect(played.emptyAtMs()).toBe(Number.NEGATIVE_INFINITY);
    expect(played.firstSoundMs).toBeUndefined();
  });

  it('begins after the latency, goes on at the rate, and stops at what was given', async () => {
    const { clock, played } = setUp();
    await clock.advance(100);
    played.gave(800);
    expect(played.firstSoundMs).toBe(140);
    expect(played.emptyAtMs()).toBe(240);
    await clock.advance(40);
    expect(played.position()).toEqual({ playedSamples: 0, atMs: 140 });
    await clock.advance(25);
    expect(played.position()).toEqual({ playedSamples: 200, atMs: 165 });
    await clock.advance(1000);
    expect(played.position().playedSamples).toBe(800);
  });

  it('goes on without a seam where more is given in time', async () => {
    const { clock, played } = setUp();
    played.gave(800);
    await clock.advance(139);
    played.gave(800);
    expect(played.emptyAtMs()).toBe(240);
    await clock.advance(51);
    expect(played.position().playedSamples).toBe(1200);
  });

  it('begins anew, latency and all, after it ran empty', async () => {
    const { clock, played } = setUp();
    played.gave(800);
    await clock.advance(500);
    played.gave(800);
    expect(played.emptyAtMs()).toBe(640);
    expect(played.position().playedSamples).toBe(800);
    await clock.advance(40);
    expect(played.position().playedSamples).toBe(800);
    await clock.advance(50);
    expect(played.position().playedSamples).toBe(1200);
    expect(played.firstSoundMs).toBe(40);
  });

  it('stands still once it is stopped', async () => {
    const { clock, played } = setUp(0);
    played.gave(8000);
    await clock.advance(300);
    played.stop();
    await clock.advance(300);
    played.stop();
    expect(played.position()).toEqual({ playedSamples: 2400, atMs: 300 });
  });
});
