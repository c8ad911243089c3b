import { describe, expect, it } from 'vitest';
import { isTerminal, terminalTraits } from '../../src/report/terminal.ts';
import { Pipe, Screen } from './screen.ts';

const looked = { color: true, interactive: true };
const unlooked = { color: false, interactive: false };
const tty = { isTTY: true };

describe('terminalTraits', () => {
  it('gives a person at a terminal colour and motion', () => {
    expect(terminalTraits({}, tty)).toEqual(looked);
    expect(terminalTraits({ TERM: 'xterm-256color' }, tty)).toEqual(looked);
  });

  it('gives a pipe neither', () => {
    expect(terminalTraits({}, {})).toEqual(unlooked);
    expect(terminalTraits({ TERM: 'xterm' }, { isTTY: false })).toEqual(unlooked);
  });

  it.each([
    ['NO_COLOR is set', { NO_COLOR: '1' }],
    ['NO_COLOR is set to 0, which is still set', { NO_COLOR: '0' }],
    ['CI is true', { CI: 'true' }],
    ['CI is 1', { CI: '1' }],
    ['CI is a name', { CI: 'woodpecker' }],
    ['the terminal is dumb', { TERM: 'dumb' }],
  ])('gives neither where %s', (_, env) => {
    expect(terminalTraits(env, tty)).toEqual(unlooked);
  });

  it.each([
    ['an empty NO_COLOR', { NO_COLOR: '' }],
    ['an empty CI', { CI: '' }],
    ['CI switched off with false', { CI: 'false' }],
    ['CI switched off with FALSE', { CI: 'FALSE' }],
    ['CI switched off with 0', { CI: '0' }],
  ])('takes no notice of %s', (_, env) => {
    expect(terminalTraits(env, tty)).toEqual(looked);
  });
});

describe('isTerminal', () => {
  it('wants a cursor that can be moved', () => {
    expect(isTerminal(new Screen())).toBe(true);
    expect(isTerminal(new Pipe())).toBe(false);
    expect(isTerminal(Object.assign(new Pipe(), { isTTY: true }))).toBe(false);
  });

  it('wants room for the line', () => {
    expect(isTerminal(new Screen(20))).toBe(true);
    expect(isTerminal(new Screen(19))).toBe(false);
  });

  it('does not trust a terminal without a size: the spinner would never end clearing it', () => {
    expect(isTerminal(new Screen(0))).toBe(false);
    expect(isTerminal(Object.assign(new Screen(), { columns: undefined }))).toBe(false);
  });

  it('does not take the methods alone for a terminal', () => {
    const screen: object = new Screen();
    expect(isTerminal(Object.assign(Object.create(screen), { isTTY: false, write: () => true }))).toBe(false);
  });
});
