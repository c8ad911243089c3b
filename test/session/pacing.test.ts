import { describe, expect, it } from 'vitest';
import { Pacing } from '../../src/session/pacing.ts';
import { AudioFeed, chunks, final, hearFake, interim, settle } from '../support/fake-listen.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** When each of so many chunks of 50 ms was sent. */
async function sentAt(count: number, options: Parameters<typeof hearFake>[1], ms = 50): Promise<number[]> {
  const { clock, hearing, ...fake } = hearFake(chunks(count, ms), options);
  await clock.advance(1_000_000);
  const { error } = await hearing.result;
  expect(error).toBeUndefined();
  expect(clock.pending).toBe(0);
  return fake.ear.audio.map(([atMs]) => atMs);
}

describe('the pace of audio', () => {
  it('is that of the trait, unless it is given', async () => {
    expect(await sentAt(3, { traits: { pace: 1 } })).toEqual([50, 100, 150]);
    expect(await sentAt(3, { traits: { pace: 1 }, pace: 'fast' })).toEqual([0, 0, 0]);
  });

  it('may be faster than real time', async () => {
    expect(await sentAt(3, { pace: 1.25 })).toEqual([40, 80, 120]);
  });

  it('holds each piece until it would have been spoken, the short last one too', async () => {
    const feed = new AudioFeed();
    feed.push(50);
    feed.push(20);
    feed.end();
    const { clock, ...fake } = hearFake(feed, { pace: 1 });
    await clock.advance(1000);
    expect(fake.ear.audio).toEqual([
      [50, 50],
      [70, 20],
    ]);
  });

  it('counts from the first piece that may go out, not from before the service was ready', async () => {
    const { clock, ...fake } = hearFake(chunks(2), { pace: 1, habits: { ready: false } });
    await clock.advance(300);
    fake.ear.say({ type: 'ready' });
    await clock.advance(1000);
    expect(fake.ear.audio.map(([atMs]) => atMs)).toEqual([350, 400]);
  });

  it('puts off nothing where a piece comes late', async () => {
    const feed = new AudioFeed();
    const { clock, ...fake } = hearFake(feed, { pace: 1 });
    feed.push(50);
    await clock.advance(130);
    feed.push(50);
    feed.push(50);
    feed.push(50);
    await clock.advance(1000);
    expect(fake.ear.audio.map(([atMs]) => atMs)).toEqual([50, 130, 150, 200]);
    fake.hearing.finish();
    await clock.advance(1);
  });

  it('is nobody’s to set where the audio is live', async () => {
    expect(await sentAt(3, { pace: 'live', traits: { aheadMs: 60 } })).toEqual([0, 0, 0]);
  });

  it('of a strange sample rate ends its waits, whatever the arithmetic leaves', async () => {
    const clock = new ManualClock();
    const pacing = new Pacing(clock, 1.1, 10_000);
    await clock.advance(7.3);
    for (let i = 1; i <= 200; i++) {
      const waits = pacing.until((i * 1000) / 44.1);
      await clock.advance(1000 / 44.1);
      await waits;
    }
    expect(clock.pending).toBe(0);
  });
});

describe('the window of unanswered audio', () => {
  it('is filled at once, and gives way to real time where no result tells its place', async () => {
    expect(await sentAt(8, { traits: { aheadMs: 200 } })).toEqual([0, 0, 0, 0, 50, 100, 150, 200]);
  });

  it('moves with the results, so that a service which keeps up is never waited for', async () => {
    expect(await sentAt(100, { traits: { aheadMs: 200 }, habits: { follows: true } })).toEqual(Array(100).fill(0));
  });

  it('gives way to real time from where the results stopped, not from the beginning', async () => {
    const { clock, ...fake } = hearFake(chunks(100), { traits: { aheadMs: 200 }, habits: { follows: true } });
    await settle();
    const { ear } = fake;
    expect(ear.audioMs).toBe(5000);
    const feed = new AudioFeed();
    const slow = hearFake(feed, { traits: { aheadMs: 200 } });
    await settle();
    for (let i = 0; i < 100; i++) feed.push(50);
    await slow.clock.advance(1000);
    // In real time from the start: 200 ms and one second more.
    expect(slow.ear.audioMs).toBe(1200);
    slow.ear.say(final('', { fromFinalize: false, startMs: 0, endMs: 1200 }));
    await settle();
    expect(slow.ear.audioMs).toBe(1400);
    await slow.clock.advance(100);
    expect(slow.ear.audioMs).toBe(1500);
    slow.hearing.finish();
    await slow.hearing.result;
    expect(slow.clock.pending).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('is moved by words where a result tells no other place, and by empty ones too', async () => {
    const { clock, hearing, ...fake } = hearFake(chunks(100), { traits: { aheadMs: 200 } });
    await settle();
    const { ear } = fake;
    expect(ear.audioMs).toBe(200);
    ear.say(interim('a', { words: [{ text: 'a', startMs: 0, endMs: 100 }] }));
    await settle();
    expect(ear.audioMs).toBe(300);
    ear.say(interim('', { startMs: 0, endMs: 250 }));
    await settle();
    expect(ear.audioMs).toBe(450);
    ear.say(interim('behind', { startMs: 0, endMs: 100 }));
    await settle();
    expect(ear.audioMs).toBe(450);
    hearing.finish();
    await hearing.result;
    expect(clock.pending).toBe(0);
  });

  it('is not moved beyond what was sent, whatever a service says', async () => {
    const { clock, hearing, ...fake } = hearFake(chunks(1000), { traits: { aheadMs: 200 } });
    await settle();
    fake.ear.say(interim('a', { startMs: 0, endMs: 1e9 }));
    await settle();
    expect(hearing.progress).toEqual({ sentMs: 400, throughMs: 200 });
    hearing.finish();
    await hearing.result;
    expect(clock.pending).toBe(0);
  });

  it('bounds a paced stream too, where its service falls behind', async () => {
    expect(await sentAt(6, { pace: 2, traits: { aheadMs: 100 } })).toEqual([25, 50, 75, 100, 150, 200]);
  });
});

describe('finish', () => {
  it('in the middle of a wait sends the piece that waited, and takes no other', async () => {
    const { clock, hearing, ...fake } = hearFake(chunks(100), { pace: 1 });
    await clock.advance(120);
    hearing.finish();
    expect((await hearing.result).why).toBe('done');
    expect(fake.ear.audio.map(([atMs]) => atMs)).toEqual([50, 100, 120]);
    expect(fake.ear.words).toBe('audio finalize close');
    expect(clock.pending).toBe(0);
  });

  it('before the service is ready still sends what had been taken', async () => {
    const { clock, hearing, ...fake } = hearFake(chunks(100), { habits: { ready: false } });
    await settle();
    hearing.finish();
    await settle();
    fake.ear.say({ type: 'ready' });
    expect((await hearing.result).report.audioMs).toBe(50);
    expect(clock.pending).toBe(0);
  });
});
