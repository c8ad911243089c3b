import { describe, expect, it } from 'vitest';
import type { ListenReport } from '../../src/metrics/listen-report.ts';
import { wordErrors } from '../../src/metrics/wer.ts';
import { errorRate, heardSummary } from '../../src/report/heard-summary.ts';

const report: ListenReport = {
  ended: 'done',
  connectMs: 3.1,
  handshakeMs: 2,
  audioMs: 12_400,
  processingMs: 1300,
  segments: 3,
  words: 34,
  ttfiMs: 210.2,
  wordLatencyMs: 330,
  ttfsMs: 180,
  eotMs: 185,
  finalizeMs: 90,
  rttMs: 0.4,
  rtf: 0.105,
  bytes: 396_800,
  chunks: 248,
};

function line(changes: Partial<ListenReport>, extra = {}): string {
  return heardSummary({ ...report, ...changes }, extra).figures.join(' · ');
}

describe('heardSummary', () => {
  it('is named after the recording, and its channel where there are several', () => {
    expect(heardSummary(report, { input: 'a.wav' }).name).toBe('a.wav');
    expect(heardSummary(report, { input: 'a.wav', channel: 0 }).name).toBe('a.wav (channel 1)');
    expect(heardSummary(report, {}).name).toBeUndefined();
  });

  it('tells sound, words, and the latencies, in one line', () => {
    expect(heardSummary(report, { input: 'talk.wav' })).toEqual({
      name: 'talk.wav',
      figures: [
        '12.40 s of audio in 1.30 s',
        '34 words',
        'ttfi 210 ms',
        'word 330 ms',
        'ttfs 180 ms',
        'eot 185 ms',
        'finalize 90 ms',
        'rtt 0.4 ms',
        'connect 3.1 ms + handshake 2 ms',
        'rtf 0.10',
      ],
    });
  });

  it('leaves out figures that do not exist', () => {
    const bare = { ended: 'done', audioMs: 1000, segments: 1, words: 1, bytes: 32_000, chunks: 20 };
    expect(heardSummary(bare, {})).toEqual({ name: undefined, figures: ['1.00 s of audio', '1 word'] });
  });

  it('says how a session ended that did not end well', () => {
    expect(line({ ended: 'interrupted' })).toContain('1.30 s · interrupted · 34 words');
    expect(line({})).not.toContain('done');
  });

  it('says the length of the recorder’s blocks beside the latencies', () => {
    expect(line({}, { blockMs: 256 })).toContain('rtt 0.4 ms · recorder blocks 256 ms · connect');
  });

  it('tells the errors against a reference', () => {
    expect(line({}, { wer: wordErrors('a b', 'a c') })).toContain(
      '34 words · wer 50.0 % (1 sub, 0 del, 0 ins of 2 words, ',
    );
  });

  it('counts the connections that took the place of a lost one', () => {
    expect(line({ reconnects: 2 })).toMatch(/rtf 0\.10 · 2 reconnects$/);
    expect(line({ reconnects: 1 })).toMatch(/ · 1 reconnect$/);
    expect(line({ reconnects: 0 })).not.toContain('reconnect');
  });

  it('lets no name move the cursor', () => {
    expect(heardSummary(report, { input: 'a\x1b.wav' }).name).toBe('a\\x1b.wav');
  });
});

describe('errorRate', () => {
  it('names the kinds of errors, and the normaliser', () => {
    const counts = { substitutions: 1, deletions: 0, insertions: 1, words: 44, wer: 2 / 44 };
    expect(errorRate({ ...counts, normaliser: 'voxwire-en', normaliserVersion: 1 })).toBe(
      'wer 4.5 % (1 sub, 0 del, 1 ins of 44 words, voxwire-en 1)',
    );
  });

  it('has no rate without a reference', () => {
    expect(errorRate(wordErrors('', 'what'))).toBe('wer unknown (0 sub, 0 del, 1 ins of 0 words, voxwire-en 1)');
  });
});
