import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../../src/report/text-width.ts';
import { LiveTranscript } from '../../../src/report/transcript/live-line.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { Screen } from '../screen.ts';

function setup(columns = 40) {
  const screen = new Screen(columns);
  const clock = new ManualClock();
  return { screen, clock, live: new LiveTranscript(screen, clock) };
}

const paints = (screen: Screen) => screen.raw.split('\r').length - 1;

describe('the live line', () => {
  it('shows what is being said, in place', async () => {
    const { screen, clock, live } = setup();
    live.interim('good');
    expect(screen.shown).toEqual(['good']);
    await clock.advance(100);
    live.interim('good morning');
    await clock.advance(100);
    live.interim('what');
    expect(screen.shown).toEqual(['what']);
    expect(screen.raw).not.toContain('\n');
  });

  it('shows how loud it is, the newest level last', async () => {
    const { screen, clock, live } = setup();
    for (const levelDb of [-90, Number.NEGATIVE_INFINITY, -45, -30, -7, 0]) live.level(levelDb);
    live.interim('hello');
    await clock.advance(100);
    expect(screen.shown).toEqual(['▁▃▅██ · hello']);
  });

  it('is a meter alone while nothing is said', () => {
    const { screen, live } = setup();
    live.level(-30);
    expect(screen.shown).toEqual(['▅']);
  });

  it('keeps the newest words in sight where there is no room for all', async () => {
    const { screen, clock, live } = setup(20);
    live.level(-60);
    live.interim('one two three four five six seven');
    await clock.advance(100);
    expect(screen.shown).toEqual(['▁ · …five six seven']);
    live.interim('你好世界你好世界你好世界');
    await clock.advance(100);
    expect(textWidth(screen.shown[0] ?? '')).toBeLessThan(20);
    expect(screen.shown[0]).toMatch(/世界$/);
  });

  it('is repainted at most ten times a second, with what is newest', async () => {
    const { screen, clock, live } = setup();
    for (let i = 0; i < 1000; i++) {
      live.interim(`word ${i}`);
      await clock.advance(1);
    }
    expect(paints(screen)).toBeGreaterThanOrEqual(9);
    expect(paints(screen)).toBeLessThanOrEqual(11);
    await clock.advance(100);
    expect(screen.shown).toEqual(['word 999']);
    const before = screen.raw;
    live.interim('word 999');
    await clock.advance(1000);
    expect(screen.raw).toBe(before);
    expect(clock.pending).toBe(0);
  });

  it('makes room, and comes back below', async () => {
    const { screen, clock, live } = setup();
    live.interim('still speaking');
    await clock.advance(5000);
    live.clear();
    expect(screen.shown).toEqual([]);
    screen.write('A final.\n');
    await clock.advance(99);
    expect(screen.shown).toEqual(['A final.']);
    await clock.advance(1);
    expect(screen.shown).toEqual(['A final.', 'still speaking']);
  });

  it('does not come back sooner because a repaint was due', async () => {
    const { screen, clock, live } = setup();
    live.interim('one');
    live.interim('two');
    await clock.advance(99);
    live.clear();
    await clock.advance(99);
    expect(screen.shown).toEqual([]);
    await clock.advance(1);
    expect(screen.shown).toEqual(['two']);
  });

  it('writes nothing where there is nothing to clear', () => {
    const { screen, live } = setup();
    live.clear();
    live.interim('');
    live.end();
    expect(screen.raw).toBe('');
  });

  it('goes away without a trace, and does not come back', async () => {
    const { screen, clock, live } = setup();
    live.interim('one');
    live.interim('two');
    live.end();
    expect(clock.pending).toBe(0);
    live.interim('three');
    live.level(-10);
    await clock.advance(1000);
    expect(screen.shown).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('is one line within the terminal, whatever is said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 20, max: 60 }), (text, columns) => {
        const { screen, live } = setup(columns);
        live.interim(text);
        const line = screen.raw.slice(1).replace('\x1b[K', '');
        expect(['\n', '\r', '\x1b'].some((sign) => line.includes(sign))).toBe(false);
        expect(textWidth(line)).toBeLessThan(columns);
      }),
    );
  });
});
