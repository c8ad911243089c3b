import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../../src/report/text-width.ts';
import { spoken } from '../../../src/report/transcript/pieces.ts';
import { createTranscriptWriter, type TranscriptOptions } from '../../../src/report/transcript/writer.ts';
import type { Segment } from '../../../src/speech/listen.ts';
import { needs } from '../../support/programs.ts';
import { readSubtitles, timed, untimed } from './subtitle-reader.ts';

const kinds = ['srt', 'vtt'] as const;

function write(kind: 'srt' | 'vtt', segments: readonly Segment[], options?: TranscriptOptions): string {
  const writer = createTranscriptWriter(kind, options);
  return writer.begin() + segments.map((segment) => writer.push(segment)).join('') + writer.end();
}

const talk = [
  timed('Good morning, everyone. (800) Today we talk about the weather, which has been rather bad of late.', 520, {
    speaker: 0,
  }),
  timed('Is R&D <closed>?', 7000, { speaker: 1 }),
  untimed('Nobody --> knows.', 9000, 10_500),
];

describe('subtitles', () => {
  it('are SRT', () => {
    expect(write('srt', talk, { diarize: true })).toBe(
      [
        '1',
        '00:00:00,520 --> 00:00:01,520',
        'Speaker 1: Good morning, everyone.',
        '',
        '2',
        '00:00:02,170 --> 00:00:06,020',
        'Today we talk about the weather,',
        'which has been rather bad of late.',
        '',
        '3',
        '00:00:07,000 --> 00:00:07,850',
        'Speaker 2: Is R&D ‹closed>?',
        '',
        '4',
        '00:00:09,000 --> 00:00:10,500',
        'Nobody → knows.',
        '',
        '',
      ].join('\n'),
    );
  });

  it('are WebVTT', () => {
    expect(write('vtt', talk, { diarize: true })).toBe(
      [
        'WEBVTT',
        '',
        '00:00:00.520 --> 00:00:01.520',
        '<v Speaker 1>Good morning, everyone.',
        '',
        '00:00:02.170 --> 00:00:06.020',
        '<v Speaker 1>Today we talk about the weather,',
        'which has been rather bad of late.',
        '',
        '00:00:07.000 --> 00:00:07.850',
        '<v Speaker 2>Is R&amp;D &lt;closed&gt;?',
        '',
        '00:00:09.000 --> 00:00:10.500',
        'Nobody --&gt; knows.',
        '',
        '',
      ].join('\n'),
    );
  });

  it('name nobody unless they are asked to, but channels always', () => {
    expect(write('srt', talk)).not.toContain('Speaker');
    const call = [untimed('Hello.', 0, 1000, { channel: 0 }), untimed('Yes?', 1500, 2500, { channel: 1 })];
    expect(readSubtitles('srt', write('srt', call)).map(({ lines }) => lines)).toEqual([
      ['Channel 1: Hello.'],
      ['Channel 2: Yes?'],
    ]);
    expect(write('vtt', call)).toContain('<v Channel 2>Yes?');
  });

  it('name a speaker again only after another, in SRT; in each cue, in WebVTT', () => {
    const two = [timed('One. Two.', 0, { speaker: 0 }), timed('Three.', 2000, { speaker: 0 })];
    expect(write('srt', two, { diarize: true }).match(/Speaker 1: /g)).toHaveLength(1);
    expect(write('vtt', two, { diarize: true }).match(/<v Speaker 1>/g)).toHaveLength(3);
  });

  it('count more than 99 hours', () => {
    const late = [untimed('late', 360_000_000 + 3_723_004, 360_000_000 + 3_724_005)];
    expect(write('srt', late)).toContain('101:02:03,004 --> 101:02:04,005\n');
    expect(write('vtt', late)).toContain('101:02:03.004 --> 101:02:04.005\n');
  });

  it('show a short answer a second, as far as its segment holds silence', () => {
    const [cue] = readSubtitles('srt', write('srt', [{ ...timed('Yes.', 1000), endMs: 1800 }]));
    expect(cue).toEqual({ startMs: 1000, endMs: 1800, lines: ['Yes.'] });
  });

  it('cut off a word that never ends', () => {
    const words = [{ text: 'ah', startMs: 0, endMs: 60_000 }];
    expect(readSubtitles('vtt', write('vtt', [untimed('ah', 0, 60_000, { words })]))[0]?.endMs).toBe(7000);
  });

  it.each(kinds)('cannot be broken by a text: %s', (kind) => {
    const evil = [
      'a\n\n2\n00:00:01,000 --> 00:00:02,000\nb',
      'a\r\n\r\nb\u2028\u2028c',
      '-->',
      '--> --> -->',
      '-\n->',
      '<v Bob>hi</v> &lt; <00:00:01.000>',
      '{\\an8}\x00\x1b[2J',
      '   \n ',
      'WEBVTT',
      'NOTE x',
    ];
    const cues = readSubtitles(
      kind,
      write(
        kind,
        evil.map((text, i) => untimed(text, i * 1000, i * 1000 + 900)),
      ),
    );
    expect(cues).toHaveLength(evil.length - 1);
  });

  it.each(kinds)('have nothing for a silence: %s', (kind) => {
    expect(readSubtitles(kind, write(kind, [untimed('', 0, 5000), untimed('a', 5000, 6000)]))).toHaveLength(1);
  });
});

const token = fc.oneof(
  fc.constantFrom('the', 'a', 'weather,', 'rain.', 'Is', 'it?', '—', 'Mr.', '25', 'R&D', '<b>', '-->', '你好。', 'née'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
);
const time = fc.oneof({ weight: 5, arbitrary: fc.nat(20_000) }, fc.constantFrom(Number.NaN, -1, 1e9));
const word = fc.record({
  text: token,
  startMs: time,
  endMs: time,
  speaker: fc.option(fc.nat(2), { nil: undefined }),
});
const segment: fc.Arbitrary<Segment> = fc
  .record({
    tokens: fc.array(token, { maxLength: 60 }),
    words: fc.option(fc.array(word, { maxLength: 40 }), { nil: undefined }),
    orderly: fc.boolean(),
    startMs: time,
    endMs: time,
    channel: fc.option(fc.nat(1), { nil: undefined }),
  })
  .map(({ tokens, words, orderly, startMs, endMs, channel }) => {
    const text = tokens.join(' ');
    const well = orderly && tokens.length > 0 ? timed(text, Math.max(0, startMs || 0)).words : words;
    return untimed(text, startMs, endMs, { ...(well && { words: well }), ...(channel !== undefined && { channel }) });
  });
const limits = fc.record({
  wordsPerCue: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  charsPerLine: fc.integer({ min: 8, max: 60 }),
  linesPerCue: fc.integer({ min: 1, max: 3 }),
  diarize: fc.boolean(),
});

/** What a viewer reads of a line. */
function plain(line: string): string {
  const signs: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
  return line.replace(/^<v [^>]*>/, '').replace(/&(amp|lt|gt);/g, (sign) => signs[sign] ?? sign);
}

describe('whatever is said', () => {
  it.each(kinds)('each beginning of the file is whole, in order, without overlap: %s', (kind) => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), limits, (segments, options) => {
        const writer = createTranscriptWriter(kind, options);
        let file = writer.begin();
        expect(readSubtitles(kind, file)).toEqual([]);
        for (const segment of segments) {
          file += writer.push(segment);
          let lastMs = 0;
          for (const { startMs, endMs } of readSubtitles(kind, file)) {
            expect(startMs).toBeGreaterThanOrEqual(lastMs);
            expect(endMs).toBeGreaterThan(startMs);
            lastMs = endMs;
          }
        }
        expect(writer.end()).toBe('');
      }),
    );
  });

  it('every word is in one cue, in order', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), limits, (segments, options) => {
        const texts = segments.map(({ text, words = [] }) => {
          const told = words.filter((word) => /[\p{L}\p{N}]/u.test(word.text.normalize('NFKC')));
          return spoken(text) || spoken(told.map((word) => word.text).join(' '));
        });
        const lines = readSubtitles('vtt', write('vtt', segments, options)).flatMap((cue) => cue.lines.map(plain));
        // A script without spaces may be broken between two words.
        expect(lines.join('').replaceAll(' ', '')).toBe(texts.join('').replaceAll(' ', ''));
      }),
    );
  });

  it('a line is within its limit, or a single word; a cue has no more lines and words than it may', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 3 }), limits, (segments, options) => {
        const { charsPerLine, linesPerCue, wordsPerCue = Number.POSITIVE_INFINITY } = options;
        for (const { lines } of readSubtitles('vtt', write('vtt', segments, options))) {
          const shown = lines.map(plain);
          expect(shown.length).toBeLessThanOrEqual(linesPerCue);
          for (const line of shown) {
            // Signs without letters stay with the word before them.
            const words = line.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word.normalize('NFKC')));
            if (words.length > 1) expect(textWidth(line)).toBeLessThanOrEqual(charsPerLine);
          }
          const latin = shown
            .join(' ')
            .split(' ')
            .filter((word) => /^[\w,.?]+$/.test(word));
          expect(latin.length).toBeLessThanOrEqual(wordsPerCue);
        }
      }),
    );
  });

  it('a cue lasts no longer than it may, where words have times', () => {
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1000, max: 9000 }),
        (tokens, maxCueMs) => {
          const cues = readSubtitles('srt', write('srt', [timed(tokens.join(' '))], { maxCueMs, wordsPerCue: 100 }));
          for (const { startMs, endMs } of cues) expect(endMs - startMs).toBeLessThanOrEqual(maxCueMs);
        },
      ),
    );
  });
});

const ffmpeg = needs('ffmpeg');
ffmpeg.describe('read by ffmpeg', () => {
  /** The file as ffmpeg understands it, in the other format. */
  function converted(from: 'srt' | 'vtt', to: 'srt' | 'vtt', file: string): string {
    const names = { srt: 'srt', vtt: 'webvtt' };
    const input = ['-f', names[from], '-i', 'pipe:0'];
    const ran = spawnSync('ffmpeg', ['-v', 'error', ...input, '-f', names[to], 'pipe:1'], { input: file });
    expect(ran.stderr.toString()).toBe('');
    expect(ran.status).toBe(0);
    return ran.stdout.toString();
  }

  ffmpeg.it.each([
    ['srt', 'vtt'],
    ['vtt', 'srt'],
  ] as const)('%s has as many cues, with the same times and words', (from, to) => {
    const segments = [
      ...talk,
      untimed('{\\an8}\n\n<i>up</i> there\n\n3\n00:00:01,000 --> 00:00:02,000', 11_000, 12_000),
      ...Array.from({ length: 50 }, (_, i) => timed('Once more, with feeling; and then again.', 20_000 + i * 4000)),
    ];
    const file = write(from, segments, { diarize: from === 'srt' });
    const ours = readSubtitles(from, file);
    expect(ours.length).toBeGreaterThan(50);
    // ffmpeg leaves out hours that are 0, and the blank line at the end.
    const theirs = converted(from, to, file)
      .replace(/(^|> )(\d\d:\d\d[.,])/gm, '$100:$2')
      .trimEnd();
    const cues = readSubtitles(to, `${theirs}\n\n`, 'any');
    expect(cues.map(({ startMs, endMs }) => [startMs, endMs])).toEqual(ours.map((cue) => [cue.startMs, cue.endMs]));
    expect(cues.slice(5).map(({ lines }) => lines)).toEqual(ours.slice(5).map(({ lines }) => lines));
    expect(cues[2]?.lines.join()).toContain('closed');
  });
});
