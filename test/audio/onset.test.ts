import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFormat, Encoding } from '../../src/audio/format.ts';
import { sampleRatesHz } from '../../src/audio/format.ts';
import { OnsetDetector } from '../../src/audio/onset.ts';
import { encoded, joined, mp3, pcm24k, silence, sine, sinePeak } from './signal.ts';

function format(encoding: Encoding, sampleRateHz: number, channels = 1): AudioFormat {
  return { encoding, sampleRateHz, channels };
}

function onsetOf(bytes: Uint8Array, of: AudioFormat, splits: readonly number[] = []): number | undefined {
  const detector = new OnsetDetector(of);
  let from = 0;
  for (const split of [...splits, bytes.length]) {
    detector.push(bytes.subarray(from, split));
    from = split;
  }
  return detector.end();
}

function linearOnset(sampleRateHz: number, ...parts: Int16Array[]): number | undefined {
  return onsetOf(encoded(joined(...parts), 'linear16'), format('linear16', sampleRateHz));
}

/** The definition, word for word and window by window, with nothing kept between windows. */
function definedOnset(samples: Int16Array, sampleRateHz: number): number | undefined {
  const end = (hop: number) => Math.round((hop * sampleRateHz) / 1000);
  const loudAt = (hop: number) => {
    const window: number[] = [];
    for (let i = end(hop - 10); i < end(hop); i++) window.push(samples[i] ?? 0);
    const mean = window.reduce((sum, value) => sum + value, 0) / window.length;
    const power = window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window.length;
    return 10 * Math.log10(power / 32768 ** 2) >= -40;
  };
  const hops = Math.ceil((samples.length * 1000) / sampleRateHz) + 9;
  for (let hop = 1, run = 0; hop <= hops; hop++) {
    run = loudAt(hop) ? run + 1 : 0;
    if (run === 50) return hop - 49 - 1;
  }
  return undefined;
}

describe('OnsetDetector', () => {
  const rates = [...sampleRatesHz];

  it.each(rates)('reads N ms of digital silence as N ± 1, at %i Hz', (rate) => {
    for (const ms of [0, 1, 7, 10, 33, 250, 1234]) {
      for (const rmsDbfs of [-3.1, -12, -20, -27]) {
        const onset = linearOnset(rate, silence(rate, ms), sine(rate, 100, sinePeak(rmsDbfs), 1000));
        expect(Math.abs((onset ?? Number.NaN) - ms), `${ms} ms, ${rmsDbfs} dBFS: ${onset}`).toBeLessThanOrEqual(1);
      }
    }
  });

  it.each(['mulaw', 'alaw'] as const)('reads %s as well', (encoding) => {
    const samples = joined(silence(8000, 120), sine(8000, 200, 8000));
    const onset = onsetOf(encoded(samples, encoding), format(encoding, 8000)) ?? Number.NaN;
    expect(Math.abs(onset - 120)).toBeLessThanOrEqual(1);
  });

  it('holds the threshold at −40 dBFS RMS', () => {
    const at = (rmsDbfs: number) => linearOnset(16000, silence(16000, 100), sine(16000, 300, sinePeak(rmsDbfs), 1000));
    expect(at(-40.2)).toBeUndefined();
    expect(at(-39.8)).toBeGreaterThanOrEqual(100);
    expect(at(-39.8)).toBeLessThanOrEqual(110);
  });

  it('passes over a click of 30 ms and finds what follows', () => {
    const click = sine(24000, 30, 20000);
    expect(linearOnset(24000, silence(24000, 50), click, silence(24000, 300))).toBeUndefined();
    const speech = sine(24000, 200, 8000);
    const onset = linearOnset(24000, silence(24000, 50), click, silence(24000, 220), speech) ?? Number.NaN;
    expect(Math.abs(onset - 300)).toBeLessThanOrEqual(1);
  });

  it('is blind to a constant offset, its step included', () => {
    const offset = silence(16000, 400).fill(6000);
    expect(linearOnset(16000, offset)).toBeUndefined();
    const onOffset = sine(16000, 200, 3000).map((sample) => sample + 6000);
    const onset = linearOnset(16000, silence(16000, 80), offset, onOffset) ?? Number.NaN;
    expect(Math.abs(onset - 480)).toBeLessThanOrEqual(1);
  });

  it('gives the same answer for the end of the audio as for silence after it', () => {
    const short = [silence(8000, 20), sine(8000, 45, 16000, 1000)];
    expect(linearOnset(8000, ...short)).toBe(linearOnset(8000, ...short, silence(8000, 100)));
    expect(linearOnset(8000, ...short)).toBe(20);
    expect(linearOnset(8000, silence(8000, 20), sine(8000, 30, 16000, 1000))).toBeUndefined();
  });

  it('takes the channels of stereo together', () => {
    const mono = joined(silence(24000, 60), sine(24000, 100, 9000));
    const stereo = Int16Array.from([...mono].flatMap((sample) => [sample, sample]));
    expect(onsetOf(encoded(stereo, 'linear16'), format('linear16', 24000, 2))).toBe(linearOnset(24000, mono));
  });

  it('tells while the audio still comes, and only when 50 ms have held', () => {
    const detector = new OnsetDetector(format('linear16', 8000));
    detector.push(encoded(sine(8000, 49, 16000, 1000), 'linear16'));
    expect(detector.onsetMs).toBeUndefined();
    detector.push(encoded(sine(8000, 1, 16000, 1000), 'linear16'));
    expect(detector.onsetMs).toBe(0);
  });

  it('agrees with the definition on any signal, at any rate, split anywhere', () => {
    const part = fc.record({
      ms: fc.integer({ min: 1, max: 90 }),
      peak: fc.constantFrom(0, 0, 300, 460, 500, 2000, 20000),
      offset: fc.constantFrom(0, 0, 5000),
    });
    const parts = fc.array(part, { minLength: 1, maxLength: 6 });
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...rates), parts, cuts, (rate, signal, places) => {
        const pieces = signal.map(({ ms, peak, offset }) => sine(rate, ms, peak).map((sample) => sample + offset));
        const samples = joined(...pieces);
        const bytes = encoded(samples, 'linear16');
        const splits = places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b);
        expect(onsetOf(bytes, format('linear16', rate), splits)).toBe(definedOnset(samples, rate));
      }),
      { numRuns: 60 },
    );
  });

  it('works one byte at a time', () => {
    const samples = joined(silence(22050, 77), sine(22050, 80, 5000));
    const bytes = encoded(samples, 'linear16');
    const everywhere = Array.from(bytes, (_, index) => index);
    expect(onsetOf(bytes, format('linear16', 22050), everywhere)).toBe(definedOnset(samples, 22050));
  });

  it('looks at nothing after the onset', () => {
    const detector = new OnsetDetector(pcm24k);
    detector.push(encoded(sine(24000, 100, 9000), 'linear16'));
    expect(detector.onsetMs).toBe(0);
    const untouchable = new Proxy(new Uint8Array(4), {
      get() {
        throw new Error('read after the onset was found');
      },
    });
    detector.push(untouchable);
    expect(detector.end()).toBe(0);
  });

  it('says nothing of compressed audio, of silence, of nothing', () => {
    expect(onsetOf(new Uint8Array(5000).fill(99), mp3)).toBeUndefined();
    expect(linearOnset(24000, silence(24000, 3000))).toBeUndefined();
    expect(onsetOf(new Uint8Array(0), pcm24k)).toBeUndefined();
  });
});
