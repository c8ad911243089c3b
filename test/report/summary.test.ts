import { describe, expect, it } from 'vitest';
import type { TurnReport } from '../../src/metrics/turn-report.ts';
import { turnSummary } from '../../src/report/summary.ts';

const report: TurnReport = {
  turn: 'turn-1',
  ended: 'done',
  connectMs: 3.1,
  handshakeMs: 2,
  ttfbMs: 38.2,
  leadingSilenceMs: 10.4,
  ttfaMs: 48.6,
  audioMs: 1420,
  processingMs: 210,
  rtf: 0.148,
  gapMaxMs: 12.3,
  bytes: 68_160,
  chunks: 12,
  chars: 20,
  connections: 1,
};

function line(changes: Partial<TurnReport>, extra = {}): string {
  return turnSummary({ ...report, ...changes }, extra).figures.join(' · ');
}

describe('turnSummary', () => {
  it('tells sound, time, and the latencies, in one line', () => {
    expect(turnSummary(report, { output: 'hello.wav' })).toEqual({
      name: 'hello.wav',
      figures: [
        '1.42 s of audio, 68.2 kB, in 0.21 s',
        'ttfb 38 ms',
        'silence 10 ms',
        'ttfa 49 ms',
        'connect 3.1 ms + handshake 2 ms',
        'rtf 0.15',
        'gaps up to 12 ms',
      ],
    });
  });

  it('is named after the file written, else after the text, else not at all', () => {
    expect(turnSummary(report, { output: 'out.wav', input: 'in.txt' }).name).toBe('out.wav');
    expect(turnSummary(report, { input: 'in\x1b.txt' }).name).toBe('in\\x1b.txt');
    expect(turnSummary(report, {}).name).toBeUndefined();
  });

  it('leaves out figures that do not exist', () => {
    const bare = { turn: 't', ended: 'done', bytes: 12_300, chunks: 3, chars: 5, connections: 1 };
    expect(turnSummary(bare, {}).figures).toEqual(['12.3 kB']);
  });

  it('tells one of connect and handshake where the other is missing', () => {
    expect(line({ connectMs: undefined })).toContain(' · handshake 2 ms · ');
    expect(line({ handshakeMs: undefined })).toContain(' · connect 3.1 ms · ');
  });

  it('says how a turn ended that did not end well, and what was heard of it', () => {
    expect(line({ ended: 'interrupted' }, { heardMs: 800 })).toContain('0.21 s · interrupted · heard 0.80 s · ttfb');
    expect(line({})).not.toContain('done');
  });

  it('counts connections where one was not enough', () => {
    expect(line({ connections: 3 })).toContain('3 connections');
    expect(line({ connections: 1 })).not.toContain('connections');
  });

  it('counts underruns where there were any', () => {
    expect(line({}, { underruns: 2, underrunMs: 120 })).toContain('2 underruns (120 ms)');
    expect(line({}, { underruns: 1 })).toMatch(/ · 1 underrun$/);
    expect(line({}, { underruns: 0, underrunMs: 0 })).not.toContain('underrun');
  });
});
