import { linear16 } from './linear16.ts';

/** Full scale is a square wave of 32768, as in onset.ts. */
const fullScale = 32_768;

/** Below the least that 16 bits can hold (one sample of 1 among 32768 zeros reads -135). */
const floorDbfs = -120;

/**
 * How loud linear16 samples are: their RMS in dB relative to full scale, 0 at most. Digital silence, and nothing at
 * all, read -120. Cheap enough for every chunk of a level meter.
 */
export function levelDbfs(audio: Int16Array | Uint8Array): number {
  const samples = audio instanceof Int16Array ? audio : linear16(audio);
  let squares = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    squares += sample * sample;
  }
  if (squares === 0) return floorDbfs;
  return Math.max(floorDbfs, 10 * Math.log10(squares / samples.length / fullScale ** 2));
}

/** The largest of linear16 samples in dB relative to full scale, 0 at most. Digital silence, and nothing, read -120. */
export function peakDbfs(samples: Int16Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i] ?? 0));
  return peak === 0 ? floorDbfs : 20 * Math.log10(peak / fullScale);
}
