import { type AudioFormat, durationMs } from '../audio/format.ts';
import type { ListenEvent, Transcript } from '../speech/listen.ts';
import { audibleBounds } from './audible-bounds.ts';
import { tidy } from './connect-figures.ts';
import { CutoffWatch, type Pause } from './cutoffs.ts';
import type { Figures } from './figures.ts';
import { sinceMs } from './latency.ts';

export interface WatchedClip {
  readonly format: AudioFormat;
  readonly bytes: Uint8Array;
  readonly pauses?: readonly Pause[];
}

/** A turn end that tells its place is that of the whole recording, unless it lies so far before the end of speech. */
const placeSlackMs = 500;

/**
 * Follows the hearing of one recording, of which it is known where speech ends: when that had been sent, and when the
 * service said by itself that the turn is over. It sees results as they come from the socket. docs/metrics.md has the
 * definitions.
 */
export class ClipWatch {
  readonly #format: AudioFormat;
  readonly #cutoffs: CutoffWatch;
  readonly #texts: string[] = [];
  /** Where speech ends, ms of the audio; undefined where nothing is audible. */
  readonly speechEndMs: number | undefined;
  #bytes = 0;
  #firstSentMs: number | undefined;
  #speechSentMs: number | undefined;
  #lastResultMs: number | undefined;
  /** Of the turn that goes on. */
  #finalMs: number | undefined;
  #turnEnd: { readonly finalMs: number; readonly atMs: number } | undefined;
  #asked = false;

  constructor({ format, bytes, pauses = [] }: WatchedClip) {
    this.#format = format;
    this.#cutoffs = new CutoffWatch(pauses);
    this.speechEndMs = audibleBounds(format, bytes)?.endMs;
  }

  /** What was heard so far. */
  get transcript(): string {
    return this.#texts.join(' ');
  }

  /** The service said by itself that the turn is over, once all speech had been sent. */
  get turnEnded(): boolean {
    return this.#turnEnd !== undefined;
  }

  /** When the first audio was sent, clock ms. */
  get firstSentMs(): number | undefined {
    return this.#firstSentMs;
  }

  /** When the end of speech had been sent, clock ms. */
  get speechSentMs(): number | undefined {
    return this.#speechSentMs;
  }

  /** When the last had come that a figure is about, clock ms. */
  get lastMs(): number | undefined {
    return this.#turnEnd?.atMs ?? this.#lastResultMs;
  }

  get #sentMs(): number {
    return durationMs(this.#format, this.#bytes) ?? 0;
  }

  sent(bytes: Uint8Array, atMs: number): void {
    this.#firstSentMs ??= atMs;
    this.#bytes += bytes.length;
    if (this.speechEndMs !== undefined && this.#sentMs >= this.speechEndMs) this.#speechSentMs ??= atMs;
  }

  /** A final is asked for: no turn end that comes now is the service's own word. */
  asked(): void {
    this.#asked = true;
  }

  result(event: ListenEvent, atMs: number): void {
    if (event.type === 'interim') this.#lastResultMs = atMs;
    else if (event.type === 'utteranceEnd') this.#ended(event.lastWordEndMs, atMs);
    else if (event.type === 'final') {
      this.#lastResultMs = atMs;
      const text = event.text.trim();
      if (text !== '') {
        this.#texts.push(text);
        this.#finalMs = atMs;
      }
      if (event.endOfUtterance && event.fromFinalize !== true) this.#ended(placeOf(event), atMs);
    }
  }

  #ended(placeMs: number | undefined, atMs: number): void {
    // Of a turn in which nothing was said there is no end; a second event may be about one that was told.
    const finalMs = this.#finalMs;
    if (this.#turnEnd || finalMs === undefined) return;
    // Without a place, what comes when all speech has been sent is about the end of it.
    const untold = placeMs === undefined && (this.#asked || this.#speechSentMs !== undefined);
    if (!untold && this.#cutoffs.turnEnded(this.#sentMs, placeMs)) {
      this.#finalMs = undefined;
      return;
    }
    const { speechEndMs } = this;
    if (this.#asked || speechEndMs === undefined || this.#speechSentMs === undefined) return;
    if ((placeMs ?? speechEndMs) < speechEndMs - placeSlackMs) return;
    this.#turnEnd = { finalMs, atMs };
  }

  figures(): Figures {
    const ttfsMs = tidy(sinceMs(this.#speechSentMs, this.#turnEnd?.finalMs));
    const eotMs = tidy(sinceMs(this.#speechSentMs, this.#turnEnd?.atMs));
    return {
      ...this.#cutoffs.figures(),
      ...(ttfsMs !== undefined && { ttfsMs }),
      ...(eotMs !== undefined && { eotMs }),
    };
  }
}

/** Where the speech ends that a final is about: its last word rather than the stretch that was looked at. */
function placeOf({ words, endMs }: Transcript): number | undefined {
  return words?.at(-1)?.endMs ?? endMs;
}
