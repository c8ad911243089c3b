import { describe, expect, it } from 'vitest';
import { AudibleStretches } from '../../src/audio/audible.ts';
import type { AudioFormat } from '../../src/audio/format.ts';
import { encoded, joined, silence, sine, sinePeak } from './signal.ts';

const rateHz = 8000;
const format: AudioFormat = { encoding: 'linear16', sampleRateHz: rateHz, channels: 1 };

/** A tone that is well heard. */
const tone = (ms: number) => sine(rateHz, ms, sinePeak(-20));

function heardIn(samples: Int16Array, as: AudioFormat = format): AudibleStretches {
  const stretches = new AudibleStretches(as);
  stretches.push(encoded(samples, as.encoding));
  return stretches;
}

/** The end of what is last heard between two places, all in ms. */
function lastEndMs(stretches: AudibleStretches, fromMs: number, toMs: number): number | undefined {
  const end = stretches.lastEnd((fromMs * rateHz) / 1000, (toMs * rateHz) / 1000);
  return end === undefined ? undefined : (end / rateHz) * 1000;
}

describe('AudibleStretches', () => {
  const twoWords = joined(silence(rateHz, 100), tone(200), silence(rateHz, 300), tone(100), silence(rateHz, 300));

  it('tells where sound last ended in a place', () => {
    const stretches = heardIn(twoWords);
    expect(lastEndMs(stretches, 0, 1000)).toBe(700);
    expect(lastEndMs(stretches, 0, 600)).toBe(300);
    expect(lastEndMs(stretches, 200, 500)).toBe(300);
  });

  it('cuts what goes on beyond the place', () => {
    const stretches = heardIn(twoWords);
    expect(lastEndMs(stretches, 0, 250)).toBe(250);
    expect(lastEndMs(stretches, 150, 250)).toBe(250);
  });

  it('hears nothing where nothing is', () => {
    const stretches = heardIn(twoWords);
    expect(lastEndMs(stretches, 0, 100)).toBeUndefined();
    expect(lastEndMs(stretches, 300, 600)).toBeUndefined();
    expect(lastEndMs(stretches, 700, 5000)).toBeUndefined();
    expect(lastEndMs(stretches, 500, 500)).toBeUndefined();
    expect(lastEndMs(new AudibleStretches(format), 0, 1000)).toBeUndefined();
  });

  it('finds the next utterance, also from its middle, up to a pause of a length', () => {
    const stretches = heardIn(twoWords);
    const inMs = (ms: number) => (ms * rateHz) / 1000;
    const found = (fromMs: number, pauseMs: number) => {
      const place = stretches.utterance(inMs(fromMs), inMs(pauseMs));
      return place && [(place.startSample / rateHz) * 1000, (place.endSample / rateHz) * 1000];
    };
    expect(found(0, 300)).toEqual([100, 300]);
    expect(found(0, 301)).toEqual([100, 700]);
    expect(found(250, 300)).toEqual([250, 300]);
    expect(found(300, 300)).toEqual([600, 700]);
    expect(found(700, 300)).toBeUndefined();
  });

  it('tells how much can be heard from a place on', () => {
    const stretches = heardIn(twoWords);
    const fromMs = (ms: number) => (stretches.audibleFrom((ms * rateHz) / 1000) / rateHz) * 1000;
    expect([0, 250, 300, 650, 700].map(fromMs)).toEqual([300, 150, 100, 50, 0]);
  });

  it('hears from −40 dBFS on', () => {
    const at = (dbfs: number) => lastEndMs(heardIn(sine(rateHz, 100, sinePeak(dbfs), 400)), 0, 100);
    expect(at(-39)).toBe(100);
    expect(at(-41)).toBeUndefined();
  });

  it('takes a constant for silence', () => {
    expect(lastEndMs(heardIn(new Int16Array(800).fill(20_000)), 0, 100)).toBeUndefined();
  });

  it('does not depend on how the samples are cut, nor on where their bytes lie', () => {
    const bytes = encoded(twoWords, 'linear16');
    for (const size of [2, 6, 158, 1600]) {
      const stretches = new AudibleStretches(format);
      for (let at = 0; at < bytes.length; at += size) {
        const odd = new Uint8Array(size + 1);
        const piece = bytes.subarray(at, at + size);
        odd.set(piece, 1);
        stretches.push(odd.subarray(1, 1 + piece.length));
      }
      expect(lastEndMs(stretches, 0, 1000)).toBe(700);
      expect(lastEndMs(stretches, 0, 600)).toBe(300);
    }
  });

  it.each(['mulaw', 'alaw'] as const)('hears %s', (encoding) => {
    expect(lastEndMs(heardIn(twoWords, { ...format, encoding }), 0, 1000)).toBe(700);
  });

  it('hears nothing in what is compressed', () => {
    const stretches = new AudibleStretches({ ...format, encoding: 'mp3' });
    stretches.push(encoded(twoWords, 'linear16'));
    expect(lastEndMs(stretches, 0, 1000)).toBeUndefined();
  });

  it('has windows of 10 ms at 22050 Hz too, to half a sample', () => {
    const stretches = new AudibleStretches({ ...format, sampleRateHz: 22_050 });
    stretches.push(encoded(joined(sine(22_050, 500, 8000), silence(22_050, 500)), 'linear16'));
    const end = stretches.lastEnd(0, 22_050) ?? 0;
    expect(Math.abs(end - 11_025)).toBeLessThanOrEqual(221);
  });

  it('remembers the newest stretches of a long stream, and not all', () => {
    const stretches = new AudibleStretches(format);
    const word = encoded(joined(tone(10), silence(rateHz, 10)), 'linear16');
    for (let i = 0; i < 10_000; i++) stretches.push(word);
    expect(lastEndMs(stretches, 0, 200_000)).toBe(199_990);
    expect(lastEndMs(stretches, 199_000, 199_015)).toBe(199_010);
    expect(lastEndMs(stretches, 0, 1000)).toBeUndefined();
  });
});
