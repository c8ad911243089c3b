import { describe, expect, it } from 'vitest';
import type { Recognition } from '../../src/engine/recogniser.ts';
import { eventOf, utteranceEndMs } from '../../src/server/recognised.ts';
import type { ListenSettings } from '../../src/speech/listen.ts';

const settings: ListenSettings = {
  baseUrl: 'ws://h',
  format: { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 },
  interim: false,
};

const stretch = {
  startMs: 100,
  endMs: 900,
  text: 'so far',
  words: [
    { text: 'so', startMs: 120, endMs: 300, confidence: 0.9 },
    { text: 'far', startMs: 300, endMs: 700, confidence: 0.7 },
  ],
  confidence: 0.8,
};

const started: Recognition = { type: 'speechStarted', atMs: 110 };
const interim: Recognition = { type: 'interim', ...stretch };
const final: Recognition = { type: 'final', endOfUtterance: true, fromFinalize: false, ...stretch };
const utteranceEnd: Recognition = { type: 'utteranceEnd', lastWordEndMs: 700 };

function told(wanted: Partial<ListenSettings>): unknown[] {
  const events = [started, interim, final, utteranceEnd].map((one) =>
    eventOf(one, { ...settings, ...wanted }, 'en-US'),
  );
  return events.map((event) => event?.type);
}

describe('what a client hears of a recognition', () => {
  it('is finals alone where it asked for nothing more', () => {
    expect(told({})).toEqual([undefined, undefined, 'final', undefined]);
  });

  it('tells no confidence where the engine has none', () => {
    const words = stretch.words.map((word) => ({ ...word, confidence: 0 }));
    const event = eventOf({ ...interim, words, confidence: 0 }, { ...settings, interim: true }, 'en-US');
    expect(event).toEqual({
      ...{ type: 'interim', language: 'en-US', startMs: 100, endMs: 900, text: 'so far' },
      words: [
        { text: 'so', startMs: 120, endMs: 300 },
        { text: 'far', startMs: 300, endMs: 700 },
      ],
    });
    expect(eventOf(final, settings, 'en-US')).toMatchObject({ confidence: 0.8, words: [{ confidence: 0.9 }, {}] });
  });

  it('is interims, the beginning of speech and the end of an utterance where it asked for them', () => {
    expect(told({ interim: true })).toEqual([undefined, 'interim', 'final', undefined]);
    expect(told({ vad: true })).toEqual(['speechStarted', undefined, 'final', 'utteranceEnd']);
    expect(told({ utteranceEndMs: 1500 })).toEqual([undefined, undefined, 'final', 'utteranceEnd']);
    expect(told({ vad: false })).toEqual([undefined, undefined, 'final', undefined]);
  });

  it('is all that is known of it, and the language', () => {
    expect(eventOf(final, settings, 'en-US')).toEqual({ ...final, language: 'en-US' });
    expect(eventOf(interim, { ...settings, interim: true }, 'en-US')).toEqual({ ...interim, language: 'en-US' });
    expect(eventOf(started, { ...settings, vad: true }, 'en-US')).toEqual({ type: 'speechStarted', atMs: 110 });
    expect(eventOf(utteranceEnd, { ...settings, vad: true }, 'en-US')).toEqual(utteranceEnd);
  });

  it('is told in silence too: an interim without text says how far the recogniser is', () => {
    const silent: Recognition = { ...interim, text: '', words: [], confidence: 0 };
    expect(eventOf(silent, { ...settings, interim: true }, 'en-US')).toMatchObject({ text: '', endMs: 900 });
  });
});

describe('the silence that ends an utterance', () => {
  it.each<[Partial<ListenSettings>, number | undefined]>([
    [{}, undefined],
    [{ vad: true }, 1000],
    [{ vad: true, utteranceEndMs: 2000 }, 2000],
    [{ utteranceEndMs: 300 }, 300],
    [{ vad: false }, undefined],
  ])('where a client says %j is reported after %s ms', (wanted, silenceMs) => {
    expect(utteranceEndMs({ ...settings, ...wanted })).toBe(silenceMs);
  });
});
