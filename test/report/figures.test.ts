import { describe, expect, it } from 'vitest';
import { clockTime, connectFigure, figure, milliseconds, ratio, seconds, sizesOf } from '../../src/report/figures.ts';

describe('seconds', () => {
  it.each([
    [0, '0.00 s'],
    [210, '0.21 s'],
    [1420, '1.42 s'],
    [99_994, '99.99 s'],
    [99_996, '100 s'],
    [154_300, '154 s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(seconds(ms)).toBe(text);
  });
});

describe('milliseconds', () => {
  it.each([
    [0, '0 ms'],
    [0.04, '0 ms'],
    [0.42, '0.4 ms'],
    [3, '3 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [38.4, '38 ms'],
    [1234.5, '1235 ms'],
    [-12.3, '-12 ms'],
  ])('writes %d as %s', (ms, text) => {
    expect(milliseconds(ms)).toBe(text);
  });
});

describe('sizesOf', () => {
  it.each([
    [[0], '0 bytes'],
    [[999], '999 bytes'],
    [[12_340], '12.3 kB'],
    [[2_000_000], '2.0 MB'],
    [[4_294_967_296], '4.3 GB'],
  ])('writes %j as %s', (counts, text) => {
    expect(sizesOf(...counts)).toBe(text);
  });

  it('writes a part and its whole in the unit of the whole', () => {
    expect(sizesOf(300_000, 2_000_000)).toBe('0.3/2.0 MB');
    expect(sizesOf(5, 10)).toBe('5/10 bytes');
  });
});

describe('ratio', () => {
  it.each([
    [0, '0.00'],
    [0.148, '0.15'],
    [1, '1.00'],
    [12.345, '12.35'],
    [0.0042, '0.004'],
    [0.000_03, '0.00003'],
  ])('writes %d as %s', (value, text) => {
    expect(ratio(value)).toBe(text);
  });
});

describe('clockTime', () => {
  it.each([
    [-5, '0:00'],
    [0, '0:00'],
    [7400, '0:07'],
    [59_600, '1:00'],
    [80_000, '1:20'],
    [3_723_000, '1:02:03'],
    [36_000_000, '10:00:00'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(clockTime(ms)).toBe(text);
  });
});

describe('a figure by its name', () => {
  it('is left out where it does not exist', () => {
    expect(figure('ttfi', 210, milliseconds)).toBe('ttfi 210 ms');
    expect(figure('ttfi', 0, milliseconds)).toBe('ttfi 0 ms');
    expect(figure('ttfi', undefined, milliseconds)).toBeUndefined();
  });

  it('tells of connecting what is known', () => {
    expect(connectFigure(3.1, 2)).toBe('connect 3.1 ms + handshake 2 ms');
    expect(connectFigure(undefined, 2)).toBe('handshake 2 ms');
    expect(connectFigure(undefined, undefined)).toBeUndefined();
  });
});
