import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRatesHz } from '../../src/audio/format.ts';
import { createResampler, type Resampler } from '../../src/audio/resample.ts';

/** A sweep over a hum: no two places sound alike. */
function sweep(length: number): Int16Array {
  return Int16Array.from({ length }, (_, i) => 8000 * Math.sin((i * i) / 20_000) + 3000 * Math.sin(i / 20));
}

function sine(hz: number, rateHz: number, length: number, amplitude = 16_000): Float64Array {
  return Float64Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rateHz));
}

function whole(resampler: Resampler, samples: Int16Array): Int16Array {
  return Int16Array.from([...resampler.process(samples), ...resampler.flush()]);
}

/** The RMS of the middle, away from the edges. */
function rms(samples: Float64Array | Int16Array): number {
  const middle = Array.from(samples.subarray(samples.length * 0.2, samples.length * 0.8));
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
}

const decibels = (ratio: number) => 20 * Math.log10(ratio);

const pairs = sampleRatesHz.flatMap((fromHz) => sampleRatesHz.map((toHz) => ({ fromHz, toHz })));

describe.each(pairs)('from $fromHz to $toHz Hz', ({ fromHz, toHz }) => {
  it('gives round(n · to / from) samples, for any n', async () => {
    const resampler = await createResampler({ fromHz, toHz, channels: 1 });
    for (const n of [0, 1, 2, 3, 7, 100, 1023, 1024, 1025, 5000]) {
      expect(whole(resampler, sweep(n)).length).toBe(Math.round((n * toHz) / fromHz));
    }
    resampler.close();
  });

  it('keeps a tone where it was, in time and in height', async () => {
    const resampler = await createResampler({ fromHz, toHz, channels: 1 });
    const hz = 0.8 * (Math.min(fromHz, toHz) / 2);
    const out = whole(resampler, Int16Array.from(sine(hz, fromHz, fromHz / 5)));
    const ideal = sine(hz, toHz, out.length);
    const error = Float64Array.from(out, (sample, i) => sample - (ideal[i] ?? 0));
    expect(decibels(rms(error) / rms(ideal))).toBeLessThan(-80);
    resampler.close();
  });
});

describe('a resampler', () => {
  it('gives the same samples however the input is cut', async () => {
    const input = sweep(4000);
    const cuts = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pairs), cuts, async ({ fromHz, toHz }, lengths) => {
        const resampler = await createResampler({ fromHz, toHz, channels: 1 });
        const expected = whole(resampler, input);
        const out: number[] = [];
        let at = 0;
        for (let i = 0; at < input.length; i++) {
          const length = lengths[i % lengths.length] ?? 1;
          out.push(...resampler.process(input.subarray(at, at + length)));
          at += length;
        }
        out.push(...resampler.flush());
        resampler.close();
        expect(out).toEqual([...expected]);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same samples one at a time', async () => {
    const resampler = await createResampler({ fromHz: 16_000, toHz: 22_050, channels: 1 });
    const input = sweep(700);
    const expected = whole(resampler, input);
    const out = [...input].flatMap((sample) => [...resampler.process(Int16Array.of(sample))]);
    expect([...out, ...resampler.flush()]).toEqual([...expected]);
  });

  it.each(pairs.filter(({ fromHz, toHz }) => fromHz !== toHz))(
    'is like a fresh one after a reset, and after a flush ($fromHz to $toHz)',
    async ({ fromHz, toHz }) => {
      const fresh = await createResampler({ fromHz, toHz, channels: 1 });
      const used = await createResampler({ fromHz, toHz, channels: 1 });
      const expected = whole(fresh, sweep(1500));
      used.process(sweep(3001).map((sample) => -sample));
      used.reset();
      expect(whole(used, sweep(1500))).toEqual(expected);
      expect(whole(used, sweep(1500))).toEqual(expected);
      fresh.close();
      used.close();
    },
  );

  it('takes away what the lower rate cannot hold', async () => {
    const resampler = await createResampler({ fromHz: 24_000, toHz: 8000, channels: 1 });
    const out = whole(resampler, Int16Array.from(sine(4500, 24_000, 24_000)));
    expect(decibels(rms(out) / (16_000 / Math.SQRT2))).toBeLessThan(-80);
  });

  it('loads the library once, and gives its memory back', async () => {
    for (let i = 0; i < 2000; i++) {
      const resampler = await createResampler({ fromHz: 8000, toHz: 44_100, channels: 1 });
      resampler.close();
    }
    const resampler = await createResampler({ fromHz: 8000, toHz: 44_100, channels: 1 });
    expect(whole(resampler, sweep(800)).length).toBe(4410);
  });

  it('refuses a rate of nothing', async () => {
    await expect(createResampler({ fromHz: 16_000, toHz: 0, channels: 1 })).rejects.toMatchObject({
      code: 'E_UNEXPECTED',
    });
  });
});
