import { describe, expect, it } from 'vitest';
import { wordErrors } from '../../../src/metrics/wer.ts';
import { createTranscriptWriter, type TranscriptOptions } from '../../../src/report/transcript/writer.ts';
import { timed, untimed } from './subtitle-reader.ts';

function text(
  segments: Parameters<ReturnType<typeof createTranscriptWriter>['push']>[0][],
  options?: TranscriptOptions,
) {
  const writer = createTranscriptWriter('text', options);
  return writer.begin() + segments.map((segment) => writer.push(segment)).join('') + writer.end();
}

const both = { ...timed('Hello there.', 0, { speaker: 0 }), text: 'Hello there. Who is it?' };
const conversation = {
  ...both,
  words: [...(both.words ?? []), ...(timed('Who is it?', 700, { speaker: 1 }).words ?? [])],
};

describe('a text', () => {
  it('is a line a segment, and nothing for a silence', () => {
    expect(text([untimed('One\n\ntwo.', 0, 1), untimed('', 1, 2), untimed(' Three. ', 2, 3)])).toBe(
      'One two.\nThree.\n',
    );
  });

  it('has no control characters, whoever wrote it', () => {
    expect(text([untimed('a\x1b]0;evil\x07b', 0, 1)])).toBe('a]0;evilb\n');
  });

  it('says who speaks, a line each', () => {
    expect(text([conversation], { diarize: true })).toBe('Speaker 1: Hello there.\nSpeaker 2: Who is it?\n');
    expect(text([conversation])).toBe('Hello there. Who is it?\n');
  });

  it('says which channel it is', () => {
    expect(text([untimed('Hi.', 0, 1, { channel: 1 })])).toBe('Channel 2: Hi.\n');
    const first = { ...conversation, channel: 0 };
    expect(text([first], { diarize: true })).toMatch(/^Channel 1, speaker 1: Hello there\.\nChannel 1, speaker 2: /);
  });

  it('has a line a word where they are wanted', () => {
    const words = [
      { text: 'hi', startMs: 520, endMs: 900, confidence: 0.9804321 },
      { text: 'you', startMs: 1000, endMs: 1250 },
    ];
    expect(text([untimed('Hi you.', 0, 1, { words })], { words: true })).toBe(
      'Hi you.\n\t0.520\t0.900\thi\t0.98\n\t1.000\t1.250\tyou\n',
    );
    expect(text([untimed('Hi.', 0, 1)], { words: true })).toBe('Hi.\n');
  });
});

describe('a JSON document', () => {
  it('has the same keys in the same order, a line a segment', () => {
    const writer = createTranscriptWriter('json');
    expect(writer.begin()).toBe('');
    const words = [{ text: 'hi', startMs: 100.0000001, endMs: 300, confidence: 0.9, speaker: 1 }];
    expect(writer.push(untimed('Hi.', 100, 400, { confidence: 0.9, latencyMs: 90.12345, words }))).toBe('');
    writer.push(untimed('', 400, 900));
    writer.push(untimed('Bye\nnow.', 900, 1500, { channel: 1, forced: true, endOfUtterance: false }));
    const file = writer.end({ file: 'a.wav', language: 'en', durationMs: 1600, model: 'm', provider: 'local' });
    expect(file).toBe(
      [
        '{',
        '  "file": "a.wav",',
        '  "language": "en",',
        '  "durationMs": 1600,',
        '  "text": "Hi. Bye now.",',
        '  "segments": [',
        '    {"startMs":100,"endMs":400,"text":"Hi.","confidence":0.9,"speaker":1,"endOfUtterance":true,"forced":false,"latencyMs":90.123,"words":[{"text":"hi","startMs":100,"endMs":300,"confidence":0.9,"speaker":1}]},',
        '    {"startMs":900,"endMs":1500,"text":"Bye\\nnow.","channel":1,"endOfUtterance":false,"forced":true}',
        '  ],',
        '  "model": "m",',
        '  "provider": "local"',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('is whole where nothing was said and nothing is known', () => {
    expect(JSON.parse(createTranscriptWriter('json').end())).toEqual({
      file: null,
      durationMs: 0,
      text: '',
      segments: [],
    });
  });

  it('lasts up to its last segment, where nobody says how long it is', () => {
    const writer = createTranscriptWriter('json');
    writer.push(untimed('', 0, 2000));
    expect(JSON.parse(writer.end())).toMatchObject({ durationMs: 2000, segments: [] });
  });

  it('holds the word errors', () => {
    const wer = wordErrors('one two', 'one too');
    expect(JSON.parse(createTranscriptWriter('json').end({ wer })).wer).toEqual(wer);
  });

  it('lets no control character reach a terminal', () => {
    const writer = createTranscriptWriter('json');
    writer.push(untimed('\u009b2J\u202e', 0, 1));
    const file = writer.end({ file: '\u009b' });
    expect(file).not.toMatch(/[\u0080-\u009f\u202e]/);
    expect(JSON.parse(file)).toMatchObject({ file: '\u009b', segments: [{ text: '\u009b2J\u202e' }] });
  });

  it('says of a speaker what holds for all of a segment', () => {
    const writer = createTranscriptWriter('json');
    writer.push(conversation);
    const { segments } = JSON.parse(writer.end());
    expect(segments[0]).not.toHaveProperty('speaker');
    expect(segments[0].words.map((word: { speaker: number }) => word.speaker)).toEqual([0, 0, 1, 1, 1]);
  });
});
