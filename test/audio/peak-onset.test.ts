import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OnsetDetector } from '../../src/audio/onset.ts';
import { PeakOnset } from '../../src/audio/peak-onset.ts';
import { encoded, joined, mp3, mulaw8k, pcm24k, silence, sine, sinePeak } from './signal.ts';

const rate = pcm24k.sampleRateHz;

function peakOnset(samples: Int16Array, splits: readonly number[] = []): number | undefined {
  const bytes = encoded(samples, 'linear16');
  const onset = new PeakOnset(pcm24k);
  let from = 0;
  for (const split of [...splits, bytes.length]) {
    onset.push(bytes.subarray(from, split));
    from = split;
  }
  return onset.end();
}

function absoluteOnset(samples: Int16Array): number | undefined {
  const detector = new OnsetDetector(pcm24k);
  detector.push(encoded(samples, 'linear16'));
  return detector.end();
}

const speech = (ms: number, dbfs: number) => sine(rate, ms, sinePeak(dbfs), 1000);

describe('PeakOnset', () => {
  it.each([0, 1, 7, 33, 250, 1234])('reads %i ms of digital silence as that, give or take one', (ms) => {
    for (const dbfs of [-4, -20, -50]) {
      const onset = peakOnset(joined(silence(rate, ms), speech(120, dbfs)));
      expect(Math.abs((onset ?? Number.NaN) - ms), `${ms} ms, ${dbfs} dBFS`).toBeLessThanOrEqual(1);
    }
  });

  // Speech at −30 dBFS: the line lies at −70, so that breath at −60 before it is of the speech, and noise at −80 is not.
  it('draws its line 40 dB below the loudest window, wherever full scale is', () => {
    const breath = joined(silence(rate, 100), speech(200, -60), speech(300, -30));
    expect(peakOnset(breath)).toBeCloseTo(100, -0.5);
    expect(absoluteOnset(breath)).toBeCloseTo(300, -0.5);
    const noise = joined(silence(rate, 100), speech(200, -80), speech(300, -30));
    expect(peakOnset(noise)).toBeCloseTo(300, -0.5);
  });

  it('hears speech that is too low for a fixed line', () => {
    const low = joined(silence(rate, 150), speech(200, -55));
    expect(absoluteOnset(low)).toBeUndefined();
    expect(peakOnset(low)).toBeCloseTo(150, -0.5);
  });

  it('looks at the loudest window of the whole turn, the last one too', () => {
    const rises = joined(silence(rate, 50), speech(200, -60), silence(rate, 3000), speech(200, -6));
    // By the peak the first sound is 54 dB down: the turn's onset would be past the two seconds that are searched.
    expect(peakOnset(rises)).toBeUndefined();
  });

  it('wants the level held for 50 ms, so that a click is no speech', () => {
    const click = joined(silence(rate, 100), speech(20, -6), silence(rate, 200), speech(200, -10));
    expect(peakOnset(click)).toBeCloseTo(320, -0.5);
  });

  it('is not found in silence, in sound after two seconds, and where there are no samples', () => {
    expect(peakOnset(silence(rate, 500))).toBeUndefined();
    expect(peakOnset(joined(silence(rate, 2100), speech(300, -10)))).toBeUndefined();
    const compressed = new PeakOnset(mp3);
    compressed.push(new Uint8Array(1000).fill(77));
    expect(compressed.end()).toBeUndefined();
  });

  it('reads telephone audio', () => {
    const onset = new PeakOnset(mulaw8k);
    onset.push(encoded(joined(silence(8000, 200), sine(8000, 200, sinePeak(-12))), 'mulaw'));
    expect(onset.end()).toBeCloseTo(200, -0.5);
  });

  it('is the same however the bytes are split', () => {
    const samples = joined(silence(rate, 80), speech(60, -45), speech(120, -9));
    const whole = peakOnset(samples);
    expect(whole).toBeDefined();
    const cuts = fc.array(fc.integer({ min: 0, max: samples.length * 2 }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (splits) => {
        expect(
          peakOnset(
            samples,
            [...splits].sort((a, b) => a - b),
          ),
        ).toBe(whole);
      }),
      { numRuns: 30 },
    );
  });
});
