import { describe, expect, it } from 'vitest';
import { Segments } from '../../src/session/segments.ts';
import type { ListenEvent } from '../../src/speech/listen.ts';
import { AudioFeed, hearFake, settle, final as spoken } from '../support/fake-listen.ts';

type FinalEvent = Extract<ListenEvent, { type: 'final' }>;

function final(more: Partial<FinalEvent> = {}): FinalEvent {
  return { type: 'final', text: 'so', endOfUtterance: false, ...more };
}

describe('the place of a final', () => {
  it('is what the service tells', () => {
    expect(new Segments().place(final({ startMs: 100, endMs: 300 }), 900)).toEqual({
      text: 'so',
      startMs: 100,
      endMs: 300,
    });
  });

  it('is that of its words, where it tells no other', () => {
    const words = [
      { text: 'so', startMs: 120, endMs: 200 },
      { text: 'it', startMs: 210, endMs: 280 },
    ];
    expect(new Segments().place(final({ words }), 900)).toMatchObject({ startMs: 120, endMs: 280, words });
    expect(new Segments().place(final({ words, startMs: 100 }), 900)).toMatchObject({ startMs: 100, endMs: 280 });
  });

  it('is from the end of the last to the audio sent, where it tells none', () => {
    const segments = new Segments();
    expect(segments.place(final(), 400)).toMatchObject({ startMs: 0, endMs: 400 });
    expect(segments.place(final({ text: '' }), 600)).toMatchObject({ startMs: 400, endMs: 600 });
    expect(segments.place(final(), 900)).toMatchObject({ startMs: 600, endMs: 900 });
    expect(segments.place(final(), 900)).toMatchObject({ startMs: 900, endMs: 900 });
  });

  it('never ends before it begins, and lets no late one put the next back', () => {
    const segments = new Segments();
    expect(segments.place(final({ startMs: 500, endMs: 300 }), 900)).toMatchObject({ startMs: 500, endMs: 500 });
    segments.place(final({ startMs: 100, endMs: 200 }), 900);
    expect(segments.place(final(), 900)).toMatchObject({ startMs: 500, endMs: 900 });
  });
});

describe('a final as a stream gives it', () => {
  /** 200 ms of sound, then 300 of silence, sent live. */
  async function spokenTo() {
    const feed = new AudioFeed();
    const fake = hearFake(feed, { pace: 'live', habits: { answers: false } });
    await settle();
    for (let i = 0; i < 10; i++) {
      feed.push(50, i < 4 ? 8000 : 0);
      await fake.clock.advance(50);
    }
    return { ...fake, ear: fake.ear, feed };
  }

  it('tells how long after the end of its speech it came, as the audio has it', async () => {
    const { clock, ear, feed, heard, hearing } = await spokenTo();
    // Sound ended with the fourth chunk, which was sent at 150.
    ear.say(spoken('hello', { startMs: 0, endMs: 500, endOfUtterance: true, fromFinalize: false }));
    await settle();
    await clock.advance(100);
    ear.say(spoken('noise', { startMs: 300, endMs: 500, fromFinalize: false }));
    feed.end();
    await settle();
    ear.say(spoken('tail', { fromFinalize: true, words: [{ text: 'tail', startMs: 90, endMs: 110 }] }));
    const { report } = await hearing.result;
    expect(heard.outputs).toEqual([
      { type: 'final', text: 'hello', startMs: 0, endMs: 500, endOfUtterance: true, forced: false, latencyMs: 350 },
      { type: 'final', text: 'noise', startMs: 300, endMs: 500, endOfUtterance: false, forced: false },
      {
        ...{ type: 'final', text: 'tail', startMs: 90, endMs: 110, endOfUtterance: false, forced: true },
        // Its own speech goes on beyond its end: that counts, and was in the chunk that was sent at 100.
        ...{ latencyMs: 500, words: [{ text: 'tail', startMs: 90, endMs: 110 }] },
      },
    ]);
    expect(report).toMatchObject({ ttfsMs: 350, eotMs: 350, finalizeMs: 0, segments: 3 });
    expect(clock.pending).toBe(0);
  });

  it('and the end of its utterance, told apart, are measured apart', async () => {
    const { clock, ear, feed, hearing } = await spokenTo();
    ear.say(spoken('hello', { startMs: 0, endMs: 500, fromFinalize: false }));
    await clock.advance(300);
    ear.say({ type: 'utteranceEnd', lastWordEndMs: 200 });
    feed.end();
    await settle();
    ear.say(spoken('', { fromFinalize: true }));
    expect((await hearing.result).report).toMatchObject({ ttfsMs: 350, eotMs: 650 });
    expect(clock.pending).toBe(0);
  });

  it('before any audio is given out, with a warning', async () => {
    const feed = new AudioFeed();
    const { clock, hearing, heard, warnings, ...fake } = hearFake(feed);
    await settle();
    fake.ear.say(spoken(''), spoken('ghost'), spoken('again'));
    await settle();
    feed.push(50);
    feed.end();
    expect((await hearing.result).why).toBe('done');
    expect(heard.outputs).toEqual([
      { type: 'final', text: 'ghost', startMs: 0, endMs: 0, endOfUtterance: false, forced: false },
      { type: 'final', text: 'again', startMs: 0, endMs: 0, endOfUtterance: false, forced: false },
    ]);
    expect(warnings).toEqual([{ code: 'early_final', message: 'the service sent a result before any audio was sent' }]);
    expect(clock.pending).toBe(0);
  });

  it('has no channel: that is the caller’s to tell', async () => {
    const { ear, feed, heard, hearing } = await spokenTo();
    ear.say(spoken('hello', { fromFinalize: true }));
    feed.end();
    await settle();
    ear.say(spoken('', { fromFinalize: true }));
    await hearing.result;
    expect(heard.outputs[0]).not.toHaveProperty('channel');
  });
});
