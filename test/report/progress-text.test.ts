import { describe, expect, it } from 'vitest';
import { progressText } from '../../src/report/progress-text.ts';
import { textWidth } from '../../src/report/text-width.ts';

describe('progressText', () => {
  it('shows a bar, the count and the audio made', () => {
    expect(progressText({ done: 12, total: 30, unit: 'sentences', audioMs: 34_200 }, 77)).toBe(
      '████████░░░░░░░░░░░░ 12/30 sentences · 34.20 s of audio',
    );
  });

  it('has no bar where nobody knows the total', () => {
    expect(progressText({ done: 12, unit: 'sentences' }, 77)).toBe('12 sentences');
    expect(progressText({ done: 1, unit: 'files' }, 77)).toBe('1 file');
  });

  it.each([
    [0, '░░░░░░░░░░░░░░░░░░░░'],
    [0.4, '████████░░░░░░░░░░░░'],
    [1.5, '████████████████████'],
  ])('has a bar where no total but a share of %d is known', (share, bar) => {
    expect(progressText({ done: 12, share, unit: 'sentences' }, 77)).toBe(`${bar} 12 sentences`);
  });

  it('writes bytes in a unit of theirs', () => {
    expect(progressText({ done: 500_000, total: 2_000_000, unit: 'bytes' }, 77)).toBe(
      '█████░░░░░░░░░░░░░░░ 0.5/2.0 MB',
    );
  });

  it.each([
    [0, 10, '░░░░░░░░░░░░░░░░░░░░'],
    [10, 10, '████████████████████'],
    [15, 10, '████████████████████'],
  ])('fills the bar of %d of %d as %s', (done, total, bar) => {
    expect(progressText({ done, total, unit: 'files' }, 77)).toBe(`${bar} ${done}/${total} files`);
  });

  it('ends with whatever else there is to say, safe to print', () => {
    expect(progressText({ done: 1, total: 4, unit: 'runs', notes: ['ttfa 45 ms', 'a\x1bb'] }, 77)).toBe(
      '█████░░░░░░░░░░░░░░░ 1/4 runs · ttfa 45 ms · a\\x1bb',
    );
  });

  it('tells how long it will take', () => {
    expect(progressText({ label: 'transcribing', done: 3, total: 12, unit: 'files', leftMs: 80_000 }, 77)).toBe(
      'transcribing  █████░░░░░░░░░░░░░░░ 3/12 files · 1:20 left',
    );
  });

  it('counts whole seconds', () => {
    expect(progressText({ done: 30.4, total: 120.2, unit: 'seconds', leftMs: 3000 }, 77)).toBe(
      '█████░░░░░░░░░░░░░░░ 30/120 seconds · 0:03 left',
    );
  });

  it('begins with the label, made harmless', () => {
    expect(progressText({ label: 'a\x1b.txt', done: 3, unit: 'checks' }, 77)).toBe('a\\x1b.txt  3 checks');
  });

  it('never takes more than one line of the terminal', () => {
    const long = {
      label: 'a-book-with-a-very-long-name.txt',
      done: 3,
      total: 30,
      unit: 'sentences',
      audioMs: 1,
    } as const;
    expect(textWidth(progressText(long, 40))).toBe(40);
    expect(progressText(long, 40).endsWith('…')).toBe(true);
  });
});
