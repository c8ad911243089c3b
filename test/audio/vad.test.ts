import { describe, expect, it } from 'vitest';
import { createVad, vadFrameMs } from '../../src/audio/vad.ts';

const rateHz = 16_000;

/** A buzz like a voice's: 20 harmonics of 120 Hz, whose loudness goes up and down five times a second. */
function buzz(ms: number, atHz = rateHz): Int16Array {
  return Int16Array.from({ length: (ms * atHz) / 1000 }, (_, i) => {
    const seconds = i / atHz;
    let sum = 0;
    for (let harmonic = 1; harmonic <= 20; harmonic++) {
      sum += Math.sin(2 * Math.PI * 120 * harmonic * seconds) / harmonic;
    }
    return 4000 * sum * (0.6 + 0.4 * Math.sin(2 * Math.PI * 5 * seconds));
  });
}

const silence = (ms: number, atHz = rateHz) => new Int16Array((ms * atHz) / 1000);
const audio = Int16Array.from([...silence(300), ...buzz(500), ...silence(400)]);

describe('the detector of voice activity', () => {
  it('answers once for each whole frame', async () => {
    const vad = await createVad({ sampleRateHz: rateHz, mode: 2 });
    expect(vad.frames(silence(35)).length).toBe(35 / vadFrameMs - 0.5);
    expect(vad.frames(silence(4)).length).toBe(0);
    expect(vad.frames(silence(1)).length).toBe(1);
    vad.close();
  });

  it.each([8000, 16_000, 32_000, 48_000])('tells a voice from silence at %d Hz', async (atHz) => {
    const vad = await createVad({ sampleRateHz: atHz, mode: 2 });
    expect(vad.frames(silence(300, atHz))).toEqual(Array(30).fill(false));
    const heard = vad.frames(buzz(500, atHz));
    expect(heard.filter(Boolean).length).toBeGreaterThan(45);
    // It holds on for some frames, and then lets go.
    const after = vad.frames(silence(300, atHz));
    expect(after.lastIndexOf(true)).toBeLessThan(12);
    vad.close();
  });

  it('says the same however the samples are cut', async () => {
    const vad = await createVad({ sampleRateHz: rateHz, mode: 2 });
    const whole = vad.frames(audio);
    expect(new Set(whole).size).toBe(2);
    for (const cut of [1, 77, 160, 1000]) {
      vad.reset();
      const answers: boolean[] = [];
      for (let at = 0; at < audio.length; at += cut) answers.push(...vad.frames(audio.subarray(at, at + cut)));
      expect(answers).toEqual(whole);
    }
    vad.close();
  });

  it('forgets at a reset what it heard, half a frame included', async () => {
    const vad = await createVad({ sampleRateHz: rateHz, mode: 2 });
    const first = vad.frames(audio);
    vad.frames(buzz(2005));
    vad.reset();
    expect(vad.frames(audio)).toEqual(first);
    vad.close();
  });

  it('says of a push whether its last whole frame was speech', async () => {
    const vad = await createVad({ sampleRateHz: rateHz, mode: 2 });
    expect(vad.push(silence(100))).toBe(false);
    expect(vad.push(buzz(300))).toBe(true);
    expect(vad.push(silence(5))).toBe(true);
    expect(vad.push(silence(300))).toBe(false);
    vad.close();
  });

  it('is stricter in a higher mode', async () => {
    const noisy = buzz(1000).map((sample, i) => sample / 40 + ((i * 7919) % 601) - 300);
    const counts: number[] = [];
    for (const mode of [0, 3] as const) {
      const vad = await createVad({ sampleRateHz: rateHz, mode });
      counts.push(vad.frames(noisy).filter(Boolean).length);
      vad.close();
    }
    expect(counts[0]).toBeGreaterThan(counts[1] ?? Number.NaN);
  });

  it('keeps two streams apart', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => createVad({ sampleRateHz: rateHz, mode: 2 })));
    const alone = one?.frames(audio);
    one?.reset();
    const mixed: boolean[] = [];
    for (let at = 0; at < audio.length; at += 160) {
      mixed.push(...(one?.frames(audio.subarray(at, at + 160)) ?? []));
      two?.frames(buzz(10));
    }
    expect(mixed).toEqual(alone);
  });

  it.each([0, 11_025, 44_100])('refuses %d Hz', async (sampleRateHz) => {
    await expect(createVad({ sampleRateHz, mode: 2 })).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });
});
