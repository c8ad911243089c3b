import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { SpeechError } from '../../src/errors.ts';
import { ProgressLine } from '../../src/report/progress-line.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { isTerminal } from '../../src/report/terminal.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { hasEscapes, Pipe, Screen, until } from './screen.ts';

// ora repaints by timers of its own, so that here, and only here, Node's timers stand still until they are moved.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function setup({ color = false, columns = 80, sameTerminal = false } = {}) {
  const screen = new Screen(columns);
  const stdout = sameTerminal ? screen : new Pipe();
  const clock = new ManualClock();
  const reporter = createReporter({
    stdout,
    stderr: screen,
    mode: 'human',
    jsonTo: 'stdout',
    color,
    interactive: true,
    clock,
  });
  return { screen, clock, reporter };
}

/** Starts progress and lets the second pass after which its line appears. */
async function moving(options?: Parameters<typeof setup>[0]) {
  const parts = setup(options);
  parts.reporter.progress({ done: 0, total: 4, unit: 'sentences' });
  await parts.clock.advance(1000);
  await until(() => parts.screen.raw !== '', 'the moving line appears');
  return parts;
}

describe('the moving line', () => {
  it('does not appear for work of less than a second', async () => {
    const { screen, clock, reporter } = setup();
    reporter.progress({ done: 0, total: 4, unit: 'sentences' });
    await clock.advance(999);
    reporter.progress({ done: 4, total: 4, unit: 'sentences' });
    await reporter.done();
    expect(clock.pending).toBe(0);
    expect(screen.raw).toBe('');
  });

  it('does not appear before there is any progress', async () => {
    const { screen, clock } = setup();
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
    expect(screen.raw).toBe('');
  });

  it('shows what is newest when it appears', async () => {
    const { screen, clock, reporter } = setup();
    reporter.progress({ done: 0, total: 4, unit: 'sentences' });
    await clock.advance(500);
    reporter.progress({ done: 1, total: 4, unit: 'sentences', audioMs: 2500 });
    await clock.advance(500);
    await until(() => screen.raw !== '', 'the moving line appears');
    expect(screen.shown).toHaveLength(1);
    expect(screen.shown[0]).toMatch(/^\S █{5}░{15} 1\/4 sentences · 2\.50 s of audio$/);
    await reporter.done();
  });

  it('follows the work, in one line, at most ten times a second', async () => {
    const { screen, reporter } = await moving();
    for (let i = 1; i <= 1000; i++) {
      reporter.progress({ done: i, total: 1000, unit: 'sentences' });
      vi.advanceTimersByTime(1);
    }
    expect(screen.shown).toHaveLength(1);
    expect(screen.shown[0]).toContain('1000/1000 sentences');
    const painted = screen.raw.split('sentences').length - 1;
    expect(painted).toBeGreaterThanOrEqual(9);
    expect(painted).toBeLessThanOrEqual(12);
    await reporter.done();
  });

  it('goes away without a trace, and does not come back', async () => {
    const { screen, clock, reporter } = await moving();
    await reporter.done();
    expect(screen.shown).toEqual([]);
    reporter.progress({ done: 2, total: 4, unit: 'sentences' });
    await clock.advance(5000);
    vi.advanceTimersByTime(5000);
    expect(screen.shown).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('is gone also when the work ends while it is being loaded', async () => {
    const screen = new Screen();
    let appear = () => {};
    const clock: Clock = {
      now: () => 0,
      after(_, fn) {
        appear = fn;
        return { cancel() {} };
      },
    };
    if (!isTerminal(screen)) throw new Error('the screen lacks what a terminal has');
    const line = new ProgressLine(screen, false, clock);
    line.show({ done: 0, unit: 'files' });
    appear();
    await line.end();
    expect(screen.raw).toContain('0 files');
    expect(screen.shown).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stays below other lines, never among them', async () => {
    const { screen, reporter } = await moving();
    reporter.warning({ code: 'gap', message: 'audio is missing' });
    vi.advanceTimersByTime(100);
    reporter.error(new SpeechError('E_CLOSED', 'closed'), { input: 'b.txt' });
    vi.advanceTimersByTime(100);
    expect(screen.shown.slice(0, 3)).toEqual([
      'vox: warning: audio is missing [gap]',
      'vox: b.txt: closed [E_CLOSED]',
      '  → try again; what was received is kept',
    ]);
    expect(screen.shown).toHaveLength(4);
    expect(screen.shown[3]).toContain('0/4 sentences');
    await reporter.done();
    expect(screen.shown).toHaveLength(3);
  });

  it('makes room for what others write to the same terminal, debug lines say', async () => {
    const { screen, reporter } = await moving();
    screen.write('[wire] → {"type":"init"}\n');
    vi.advanceTimersByTime(100);
    expect(screen.shown[0]).toBe('[wire] → {"type":"init"}');
    expect(screen.shown[1]).toContain('0/4 sentences');
    await reporter.done();
    expect(screen.shown).toEqual(['[wire] → {"type":"init"}']);
  });

  it('makes room for data on stdout where that is the same terminal', async () => {
    const { screen, reporter } = await moving({ sameTerminal: true });
    reporter.voices([{ id: 'slt', language: 'en', description: 'clear' }]);
    await reporter.done();
    expect(screen.shown).toEqual(['voice  language  gender  description', 'slt    en                clear']);
  });

  it('fits a narrow terminal', async () => {
    const { screen, reporter } = await moving({ columns: 24 });
    vi.advanceTimersByTime(500);
    expect(screen.shown).toHaveLength(1);
    expect(screen.shown[0]?.length).toBeLessThan(24);
    await reporter.done();
    expect(screen.shown).toEqual([]);
  });

  it('is not shown on a terminal that has no size', async () => {
    const { screen, clock, reporter } = setup({ columns: 0 });
    reporter.progress({ done: 0, unit: 'sentences' });
    await clock.advance(5000);
    expect(clock.pending).toBe(0);
    expect(screen.raw).toBe('');
    await reporter.done();
  });

  it('leaves the cursor, the keyboard and the signals alone', async () => {
    const listeners = process.listenerCount('SIGINT');
    const { screen, reporter } = await moving({ color: true });
    expect(process.listenerCount('SIGINT')).toBe(listeners);
    expect(screen.raw).not.toContain('\x1b[?25l');
    await reporter.done();
  });

  it('has colours only where they are wanted', async () => {
    const plain = await moving({ color: false });
    // What is left without colours are the brackets of the synchronised repaint.
    expect(hasEscapes(plain.screen.raw.replaceAll('\x1b[?2026h', '').replaceAll('\x1b[?2026l', ''))).toBe(false);
    await plain.reporter.done();
  });
});
