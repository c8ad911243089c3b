import { describe, expect, it } from 'vitest';
import { wordsOf } from '../../src/engine/pocketsphinx-words.ts';

/** What version 0.8+5prealpha gives for goforward.wav, with segments that other recordings had. */
const segments = [
  { word: '<s>', first: 0, last: 24, probability: 1 },
  { word: '<sil>', first: 25, last: 45, probability: 0.7063 },
  { word: 'go', first: 46, last: 63, probability: 0.9973 },
  { word: '[SPEECH]', first: 64, last: 70, probability: 0.5 },
  { word: '++BREATH++', first: 71, last: 80, probability: 0.5 },
  { word: 'to(3)', first: 81, last: 90, probability: 1.0001 },
  { word: "don't", first: 91, last: 99, probability: -0.0001 },
  { word: '</s>', first: 100, last: 120, probability: 1 },
];

describe('words of a hypothesis', () => {
  it('leave out fillers, and the numbers of pronunciations', () => {
    expect(wordsOf(segments).map(({ text }) => text)).toEqual(['go', 'to', "don't"]);
  });

  it('lie where their frames begin and end', () => {
    expect(wordsOf(segments)[0]).toEqual({ text: 'go', startMs: 460, endMs: 640, confidence: 0.9973 });
  });

  it('are sure by 0 to 1, whatever rounding did', () => {
    expect(wordsOf(segments).map(({ confidence }) => confidence)).toEqual([0.9973, 1, 0]);
  });

  it('are none where there is silence alone', () => {
    expect(wordsOf(segments.filter(({ word }) => word.startsWith('<')))).toEqual([]);
  });
});
