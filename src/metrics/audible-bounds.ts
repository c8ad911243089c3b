import { AudibleStretches } from '../audio/audible.ts';
import type { AudioFormat } from '../audio/format.ts';

export interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
}

/** From the first to the last that can be heard in a recording; undefined where nothing can. */
export function audibleBounds(format: AudioFormat, bytes: Uint8Array): Bounds | undefined {
  const audible = new AudibleStretches(format);
  audible.push(bytes);
  const first = audible.utterance(0, 0);
  const endSample = audible.lastEnd(0, Number.POSITIVE_INFINITY);
  if (first === undefined || endSample === undefined) return undefined;
  const ms = (sample: number) => (sample * 1000) / format.sampleRateHz;
  return { startMs: ms(first.startSample), endMs: ms(endSample) };
}
