import { expect, it } from 'vitest';
import { audibleBounds } from '../../src/metrics/audible-bounds.ts';
import { format, samplesOf } from '../support/fake-listen.ts';

it('knows where a recording is first and last audible, to 10 ms', () => {
  const pieces = [samplesOf(120, 0), samplesOf(50, 4000), samplesOf(400, 0), samplesOf(30, 4000), samplesOf(75, 0)];
  expect(audibleBounds(format, Buffer.concat(pieces))).toEqual({ startMs: 120, endMs: 600 });
});

it('hears −40 dBFS, and not what is lower', () => {
  expect(audibleBounds(format, samplesOf(100, 328))).toEqual({ startMs: 0, endMs: 100 });
  expect(audibleBounds(format, samplesOf(100, 327))).toBeUndefined();
  expect(audibleBounds(format, new Uint8Array(0))).toBeUndefined();
});
