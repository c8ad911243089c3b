import { type AudioChunk, type AudioFormat, durationMs, frameBytes } from '../audio/format.ts';
import { PeakOnset } from '../audio/peak-onset.ts';
import { tidy } from './connect-figures.ts';
import type { Figures } from './figures.ts';
import { sinceMs } from './latency.ts';
import { Starvation, type Starved } from './starvation.ts';

/** When frames came and how far the audio then reached, kept for this many frames; then every second is dropped. */
const keptPoints = 1000;

/** When each frame with audio came, clock ms, and up to where in the audio it reached, ms. */
export interface Arrivals {
  readonly atMs: readonly number[];
  readonly throughMs: readonly number[];
  /** When a player without pre-roll had nothing to play, clock ms: of all frames, those too that are not kept here. */
  readonly underruns: readonly Starved[];
}

/** Frames that are noted before they are looked at. */
const batchFrames = 32;

/**
 * What a benchmark wants to know of a turn's sound beyond the turn's own report. When frames came is noted, and looked
 * at in batches: with hundreds of turns at once, each look at one costs more than the sums that are done there.
 */
export class TurnTap {
  /**
   * First the frames that are remembered, of each when it came and up to where the sound then reached, ms; behind them
   * those that were noted since, of each when it came, ms, and its length, bytes. Made whole, as an array that grows
   * leaves its old self to the collector.
   */
  readonly #frames = new Float64Array(2 * (keptPoints + batchFrames));
  #keptFrames = 0;
  #notedFrames = 0;
  #peakOnset: PeakOnset | undefined;
  #format: AudioFormat | undefined;
  readonly #starvation = new Starvation();
  #lastAtMs: number | undefined;
  #audioMs = 0;
  #seenFrames = 0;
  /** One of so many is remembered. */
  #everyFrames = 1;

  audio({ format, bytes }: AudioChunk, atMs: number): void {
    this.#begin(format);
    if (this.#notedFrames === batchFrames) this.#look();
    const at = 2 * (this.#keptFrames + this.#notedFrames++);
    this.#frames[at] = atMs;
    this.#frames[at + 1] = bytes.length;
    this.#peakOnset?.push(bytes);
  }

  /** Of compressed sound it is known when frames came, and no more. */
  #begin(format: AudioFormat): void {
    if (this.#format !== undefined) return;
    this.#format = format;
    if (frameBytes(format) !== undefined) this.#peakOnset = new PeakOnset(format);
  }

  /** When the last frame came, also of compressed sound. */
  get lastAtMs(): number | undefined {
    return this.#notedFrames > 0 ? this.#frames[2 * (this.#keptFrames + this.#notedFrames - 1)] : this.#lastAtMs;
  }

  #look(): void {
    this.#lastAtMs = this.lastAtMs;
    const from = this.#keptFrames;
    for (let frame = from; frame < from + this.#notedFrames; frame++) {
      this.#frame(this.#frames[2 * frame] ?? 0, this.#frames[2 * frame + 1] ?? 0);
    }
    this.#notedFrames = 0;
    if (this.#keptFrames >= keptPoints) this.#thin();
  }

  #frame(atMs: number, byteCount: number): void {
    const lastsMs = this.#format && durationMs(this.#format, byteCount);
    if (lastsMs === undefined) return;
    this.#starvation.audio(atMs, lastsMs);
    this.#audioMs += lastsMs;
    if (this.#seenFrames++ % this.#everyFrames === 0) this.#keep(atMs, this.#audioMs);
  }

  /** Over what was noted: not more are kept of that than have been looked at. */
  #keep(atMs: number, throughMs: number): void {
    this.#frames[2 * this.#keptFrames] = atMs;
    this.#frames[2 * this.#keptFrames + 1] = throughMs;
    this.#keptFrames++;
  }

  /** Every second one is let go. */
  #thin(): void {
    const before = this.#keptFrames;
    this.#everyFrames *= 2;
    this.#keptFrames = 0;
    for (let frame = 0; frame < before; frame += 2) {
      this.#keep(this.#frames[2 * frame] ?? 0, this.#frames[2 * frame + 1] ?? 0);
    }
  }

  get arrivals(): Arrivals {
    this.#look();
    const kept = this.#frames.subarray(0, 2 * this.#keptFrames);
    const every = (first: 0 | 1) => Array.from(kept).filter((_, at) => at % 2 === first);
    return { atMs: every(0), throughMs: every(1), underruns: this.#starvation.stretches };
  }

  /** Once the turn is over. */
  figures(): Figures {
    this.#look();
    const entries = Object.entries(this.#starvation.figures()).map(([name, value]) => [name, tidy(value)]);
    const leadingSilencePeakMs = this.#peakOnset?.end();
    return {
      ...Object.fromEntries(entries),
      ...(leadingSilencePeakMs !== undefined && { leadingSilencePeakMs }),
    };
  }
}

/** Of a turn that was interrupted, and of the one that took its place; clock ms. */
export interface BargeIn {
  readonly interruptMs: number;
  /** The last audio frame of the interrupted turn that came, before or after. */
  readonly lastAudioMs: number | undefined;
  /** When the first audible sample of the next turn was heard. */
  readonly nextAudibleMs: number | undefined;
}

export function bargeInFigures({ interruptMs, lastAudioMs, nextAudibleMs }: BargeIn): Figures {
  const lateMs = sinceMs(interruptMs, lastAudioMs);
  const bargeInTtfaMs = tidy(sinceMs(interruptMs, nextAudibleMs));
  return {
    ...(lateMs !== undefined && { bargeInMs: tidy(Math.max(0, lateMs)) ?? 0 }),
    ...(bargeInTtfaMs !== undefined && { bargeInTtfaMs }),
  };
}
