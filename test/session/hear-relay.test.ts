import { describe, expect, it } from 'vitest';
import {
  AudioFeed,
  type FakeEar,
  type FakeHearing,
  type FakeOptions,
  final,
  hearFake,
  interim,
  settle,
} from '../support/fake-listen.ts';

const minuteMs = 60_000;
/** PROTOCOLS 2.2: Deepgram's hour. */
const hour = { limits: { sessionMs: 60 * minuteMs } };

/** A microphone that gives a second at a time, as it passes. */
function listening(options: FakeOptions = {}) {
  const feed = new AudioFeed();
  const fake = hearFake(feed, { pace: 'live', traits: hour, ...options });
  const seconds = async (count: number) => {
    for (let i = 0; i < count; i++) {
      feed.push(1000);
      await fake.clock.advance(1000);
    }
  };
  return { ...fake, ears: fake.ears, feed, seconds };
}

const at = ({ ears }: Pick<FakeHearing, 'ears'>, index: number): FakeEar => {
  const ear = ears[index];
  if (!ear) throw new Error(`there is no connection ${index}`);
  return ear;
};

/** The service has heard a sentence, up to here of its own audio. */
function heardSentence(ear: FakeEar, text: string): void {
  ear.say(interim(text, { startMs: ear.audioMs - 900, endMs: ear.audioMs - 100 }));
  ear.say(final(text, { startMs: ear.audioMs - 900, endMs: ear.audioMs - 100, endOfUtterance: true }));
}

describe('70 minutes of listening', () => {
  it('go over two connections: every second of audio is heard once, and has its place', async () => {
    const { clock, ears, feed, seconds, heard, hearing, warnings } = listening();
    clock.after(60 * minuteMs, () => ears[0]?.close(1011, 'NET-0003'));
    const said: { text: string; endMs: number }[] = [];
    for (let minute = 0; minute < 70; minute++) {
      await seconds(60);
      const ear = ears.at(-1);
      const text = `minute ${minute}`;
      if (ear) heardSentence(ear, text);
      said.push({ text, endMs: (minute + 1) * minuteMs - 100 });
      await settle();
    }
    feed.end();
    expect(await hearing.result).toMatchObject({ why: 'done', report: { audioMs: 70 * minuteMs } });
    expect(ears.map(({ audioMs }) => audioMs).reduce((sum, ms) => sum + ms)).toBe(70 * minuteMs);
    expect(ears).toHaveLength(2);
    expect(heard.texts).toEqual(said.map(({ text }) => text));
    const ends = heard.outputs.flatMap((output) => (output.type === 'final' ? [output.endMs] : []));
    expect(ends).toEqual(said.map(({ endMs }) => endMs));
    expect(warnings).toEqual([]);
    expect(clock.pending).toBeLessThanOrEqual(1);
  });
});

/** Seconds after which another connection is wanted, and after which it must be had, of 400. */
const dueS = 360;
const lastS = 380;
const ageing = (options: FakeOptions = {}) => listening({ traits: { limits: { sessionMs: 400_000 } }, ...options });

describe('a connection near its end', () => {
  it('is left in a pause of the speech, after its last final, and the audio waits meanwhile', async () => {
    const fake = ageing({ habits: { answers: false } });
    const { seconds, heard, feed } = fake;
    await seconds(dueS);
    expect(fake.ears).toHaveLength(1);
    heardSentence(at(fake, 0), 'so far');
    await seconds(1);
    expect(fake.ears).toHaveLength(2);
    const before = at(fake, 0).audioMs;
    await seconds(3);
    expect(at(fake, 0).words).toBe('audio finalize');
    expect([at(fake, 0).audioMs, at(fake, 1).audioMs]).toEqual([before, 0]);
    at(fake, 0).say(final('and more', { fromFinalize: true, startMs: before - 500, endMs: before }));
    await settle();
    expect(at(fake, 0).words).toBe('audio finalize close');
    expect(at(fake, 1).audioMs).toBe(3000);
    heardSentence(at(fake, 1), 'goes on');
    at(fake, 1).habits.answers = true;
    feed.end();
    await fake.hearing.result;
    expect(heard.texts).toEqual(['so far', 'and more', 'goes on']);
    expect(heard.outputs.at(-1)).toMatchObject({ startMs: before + 2100, endMs: before + 2900 });
  });

  it('is left in the middle of speech when there is no time left', async () => {
    const fake = ageing();
    await fake.seconds(lastS - 1);
    at(fake, 0).say(interim('without a pause', { startMs: 0, endMs: 1000 }));
    expect(fake.ears).toHaveLength(1);
    await fake.seconds(3);
    expect(fake.ears).toHaveLength(2);
    expect(at(fake, 0).words).toBe('audio finalize close');
    expect(at(fake, 0).audioMs + at(fake, 1).audioMs).toBe((lastS + 2) * 1000);
  });

  it('gives what its words, its events and its events of speech are about in the stream’s own times', async () => {
    const fake = ageing();
    await fake.seconds(lastS + 2);
    const fromMs = at(fake, 0).audioMs;
    at(fake, 1).say(
      { type: 'speechStarted', atMs: 10 },
      interim('one', { words: [{ text: 'one', startMs: 10, endMs: 200 }] }),
      { type: 'utteranceEnd', lastWordEndMs: 200 },
    );
    await settle();
    expect(fake.heard.outputs).toEqual([
      { type: 'speechStarted', atMs: fromMs + 10 },
      { type: 'interim', text: 'one', words: [{ text: 'one', startMs: fromMs + 10, endMs: fromMs + 200 }] },
      { type: 'utteranceEnd', lastWordEndMs: fromMs + 200 },
    ]);
  });

  it('is heard to its close where its final does not say that it was asked for', async () => {
    const fake = ageing({ habits: { answers: false, closes: false } });
    await fake.seconds(lastS + 2);
    expect(at(fake, 0).words).toBe('audio finalize');
    at(fake, 0).say(final('under way'));
    await settle();
    expect(at(fake, 0).words).toBe('audio finalize close');
    at(fake, 0).say(final('the answer'));
    at(fake, 0).close(1000);
    await settle();
    expect(fake.heard.texts).toEqual(['under way', 'the answer']);
    await fake.seconds(1);
    expect(at(fake, 1).audioMs).toBeGreaterThan(0);
  });

  it('is not left for one that has died while it waited: another is opened', async () => {
    const fake = ageing({ habits: { answers: false } });
    await fake.seconds(lastS + 2);
    at(fake, 1).close(1011);
    at(fake, 0).say(final('', { fromFinalize: true }));
    await settle();
    expect(fake.ears).toHaveLength(3);
    const missing = (lastS + 2) * 1000 - at(fake, 0).audioMs;
    expect(at(fake, 2).audioMs).toBe(missing);
  });

  it('keeps none waiting for longer than a service would let it', async () => {
    const fake = ageing();
    await fake.seconds(dueS);
    heardSentence(at(fake, 0), 'a pause');
    await settle();
    fake.feed.push(1000);
    await settle();
    expect(fake.ears).toHaveLength(2);
    // Speech goes on before the next was put to use.
    at(fake, 0).say(interim('again', { startMs: 0, endMs: 10 }));
    await settle();
    await fake.seconds(7);
    expect(at(fake, 1).closedWith).toBeDefined();
    expect(at(fake, 0).closedWith).toBeUndefined();
    heardSentence(at(fake, 0), 'again');
    await settle();
    await fake.seconds(2);
    expect(at(fake, 2).audioMs).toBeGreaterThan(0);
  });

  it('that fails while it is heard out is the stream’s failure', async () => {
    const fake = ageing({ habits: { answers: false } });
    await fake.seconds(lastS + 2);
    at(fake, 0).close(1011, 'broken');
    expect((await fake.hearing.result).error).toMatchObject({ code: 'E_PROVIDER' });
    await fake.clock.advance(10_000);
    expect(fake.clock.pending).toBe(0);
  });

  it('is closed with the other when the reader leaves', async () => {
    const fake = ageing({ habits: { answers: false }, unread: true });
    await fake.seconds(lastS + 2);
    expect(fake.ears).toHaveLength(2);
    await fake.hearing[Symbol.asyncIterator]().return?.();
    expect((await fake.hearing.result).why).toBe('interrupted');
    await fake.clock.advance(10_000);
    expect(fake.ears.map(({ closedWith }) => closedWith !== undefined)).toEqual([true, true]);
    expect(fake.clock.pending).toBe(0);
  });
});

it('a service without such a limit keeps its connection', async () => {
  const fake = listening({ traits: {} });
  await fake.seconds(500);
  heardSentence(at(fake, 0), 'still here');
  await fake.seconds(1);
  expect(fake.ears).toHaveLength(1);
});
