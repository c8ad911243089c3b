import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  error,
  errorMessage,
  listenMetadata,
  listenMetadataMessage,
  readResults,
  readSpeechStarted,
  readUtteranceEnd,
  results,
  resultsMessage,
  speechStarted,
  speechStartedMessage,
  utteranceEnd,
  utteranceEndMessage,
} from '../../../src/dialects/shapes/deepgram-listen.ts';
import type { ListenEvent } from '../../../src/speech/listen.ts';

const identity = { requestId: 'r', modelName: 'nova' };
const read = (message: object) => readResults(v.parse(resultsMessage, message));
const alternative = (fields: object) => ({ channel: { alternatives: [fields] } });
const word = { word: 'yes', start: 1, end: 1.5, confidence: 0.9 };

describe('Results that are read', () => {
  it('need nothing but a channel', () => {
    expect(read({ channel: { alternatives: [] } })).toEqual({ type: 'interim', text: '' });
    expect(v.safeParse(resultsMessage, {}).success).toBe(false);
    expect(v.safeParse(resultsMessage, { channel: {} }).success).toBe(false);
  });

  it.each([
    [
      { is_final: true, speech_final: true },
      { type: 'final', endOfUtterance: true },
    ],
    [
      { is_final: true, speech_final: false },
      { type: 'final', endOfUtterance: false },
    ],
    [{ is_final: true }, { type: 'final', endOfUtterance: false }],
    [{ speech_final: true }, { type: 'final', endOfUtterance: true }],
    [{ is_final: false, speech_final: true }, { type: 'interim' }],
    [
      { is_final: 'true', from_finalize: true },
      { type: 'final', endOfUtterance: false, fromFinalize: true },
    ],
    [{ is_final: 'false' }, { type: 'interim' }],
    [{ is_final: 1 }, { type: 'interim' }],
    [{}, { type: 'interim' }],
  ])('%o', (flags, event) => {
    expect(read({ ...flags, ...alternative({ transcript: 'a' }) })).toEqual({ text: 'a', ...event });
  });

  it.each([
    [
      { start: 1.5, duration: 0.25 },
      { startMs: 1500, endMs: 1750 },
    ],
    [
      { start: 0.1, duration: 0.2 },
      { startMs: 100, endMs: 300 },
    ],
    [{ start: 1.5 }, { startMs: 1500 }],
    [{ duration: 1 }, {}],
    [{ start: -1, duration: 1 }, {}],
    [{ start: '0', duration: null }, {}],
  ])('have their place in ms: %o', (place, times) => {
    expect(read({ ...place, ...alternative({}) })).toEqual({ type: 'interim', text: '', ...times });
  });

  it('are of the first alternative', () => {
    const channel = { alternatives: [{ transcript: 'first' }, { transcript: 'second' }] };
    expect(read({ channel })).toMatchObject({ text: 'first' });
  });

  it.each([
    [{ languages: ['en', 'de'], language: 'fr' }, 'en'],
    [{ languages: [], language: 'fr' }, 'fr'],
    [{ languages: 'en' }, 'es'],
    [{}, 'es'],
  ])('have a language: %o', (fields, language) => {
    expect(read({ language: 'es', ...alternative(fields) })).toMatchObject({ language });
  });

  it.each([
    [word, { text: 'yes', startMs: 1000, endMs: 1500, confidence: 0.9 }],
    [
      { ...word, punctuated_word: 'Yes.' },
      { text: 'Yes.', startMs: 1000, endMs: 1500, confidence: 0.9 },
    ],
    [
      { ...word, confidence: 2, speaker: 1 },
      { text: 'yes', startMs: 1000, endMs: 1500, speaker: 1 },
    ],
    [
      { ...word, speaker: -1 },
      { text: 'yes', startMs: 1000, endMs: 1500, confidence: 0.9 },
    ],
    [
      { punctuated_word: 'Yes', start: 1, end: 1 },
      { text: 'Yes', startMs: 1000, endMs: 1000 },
    ],
  ])('have words: %o', (given, expected) => {
    expect(read(alternative({ words: [given] }))).toMatchObject({ words: [expected] });
  });

  it.each([
    [[{ ...word, end: 0.5 }]],
    [[word, { ...word, start: undefined }]],
    [[{ start: 1, end: 2 }]],
    [[{ ...word, start: 1e300 }]],
    [['yes']],
    ['yes'],
    [[]],
  ])('have none where one of them has no place: %j', (words) => {
    expect(read(alternative({ transcript: 'yes', words }))).toEqual({ type: 'interim', text: 'yes' });
  });
});

describe('what is written', () => {
  const final: Extract<ListenEvent, { type: 'final' }> = {
    type: 'final',
    endOfUtterance: true,
    fromFinalize: false,
    text: 'Yes, Sir.',
    startMs: 1000,
    endMs: 2250,
    confidence: 0.75,
    language: 'en',
    words: [
      { text: 'Yes,', startMs: 1000, endMs: 1500, confidence: 0.9, speaker: 0 },
      { text: 'Sir.', startMs: 1500, endMs: 2000, confidence: 0.6, speaker: 1 },
    ],
  };

  it('has every field that real clients read', () => {
    expect(results(final, identity)).toEqual({
      type: 'Results',
      channel_index: [0, 1],
      duration: 1.25,
      start: 1,
      is_final: true,
      speech_final: true,
      from_finalize: false,
      channel: {
        alternatives: [
          {
            transcript: 'Yes, Sir.',
            confidence: 0.75,
            languages: ['en'],
            words: [
              { word: 'yes', start: 1, end: 1.5, confidence: 0.9, punctuated_word: 'Yes,', speaker: 0 },
              { word: 'sir', start: 1.5, end: 2, confidence: 0.6, punctuated_word: 'Sir.', speaker: 1 },
            ],
          },
        ],
      },
      metadata: {
        request_id: 'r',
        model_info: { name: 'nova', version: 'voxwire', arch: 'voxwire' },
        model_uuid: '00000000-0000-0000-0000-000000000000',
      },
    });
  });

  it('has them too where nothing is told', () => {
    expect(results({ type: 'interim', text: '' }, identity)).toMatchObject({
      duration: 0,
      start: 0,
      is_final: false,
      speech_final: false,
      from_finalize: false,
      channel: { alternatives: [{ transcript: '', confidence: 0, words: [] }] },
    });
  });

  it('is a word that is nothing but marks as it is', () => {
    const words = [{ text: '—', startMs: 0, endMs: 1 }];
    expect(results({ type: 'interim', text: '—', words }, identity)).toMatchObject({
      channel: { alternatives: [{ words: [{ word: '—', punctuated_word: '—', confidence: 0 }] }] },
    });
  });

  it('has a confidence of 0 where none is known, which is read as none', () => {
    const words = [{ text: 'hi', startMs: 0, endMs: 100 }];
    const event: ListenEvent = { type: 'interim', text: 'hi', startMs: 0, endMs: 100, words };
    expect(results(event, identity)).toMatchObject({ channel: { alternatives: [{ confidence: 0 }] } });
    expect(read(results(event, identity))).toEqual(event);
  });

  it('is read as what it was', () => {
    expect(read(results(final, identity))).toEqual(final);
    const end = v.parse(utteranceEndMessage, utteranceEnd(1234));
    expect(readUtteranceEnd(end)).toEqual({ type: 'utteranceEnd', lastWordEndMs: 1234 });
    expect(readUtteranceEnd(v.parse(utteranceEndMessage, utteranceEnd(undefined)))).toEqual({ type: 'utteranceEnd' });
    const start = v.parse(speechStartedMessage, speechStarted(40));
    expect(readSpeechStarted(start)).toEqual({ type: 'speechStarted', atMs: 40 });
    expect(v.parse(listenMetadataMessage, listenMetadata(2500, identity))).toEqual({ request_id: 'r', duration: 2.5 });
  });

  it('is an error with the keys of both shapes', () => {
    const written = error('config_error', 'no such model');
    expect(v.parse(errorMessage, written)).toEqual(written);
    expect(written).toMatchObject({ code: 'config_error', variant: 'config_error', description: 'no such model' });
    expect(v.parse(errorMessage, { type: 'Error', code: 429, message: [] })).toEqual({ type: 'Error', code: 429 });
  });

  it('has in its Metadata all that the specification requires', () => {
    expect(Object.keys(listenMetadata(0, identity))).toEqual(
      expect.arrayContaining(['transaction_key', 'request_id', 'sha256', 'created', 'duration', 'channels', 'models']),
    );
  });
});
