import type { Clock } from '../../clock.ts';
import { SpeechError } from '../../errors.ts';
import type { AudioChunk, AudioFormat, Encoding } from '../format.ts';
import { formatName, frameBytes, sameFormat } from '../format.ts';
import type { PlayPosition } from '../sink.ts';

/**
 * The door of a sink that stores: lets in one format only, the first that came (or the one given), and counts its
 * samples. Compressed audio has no samples that could be counted: its position stays 0.
 */
export class Intake {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #encodings: readonly Encoding[];
  #format: AudioFormat | undefined;
  #byteCount = 0;

  constructor(name: string, clock: Clock, encodings: readonly Encoding[], format?: AudioFormat) {
    this.#name = name;
    this.#clock = clock;
    this.#encodings = encodings;
    this.#format = format;
  }

  /** Bytes of audio let in so far. */
  get byteCount(): number {
    return this.#byteCount;
  }

  refuses(format: AudioFormat): string | undefined {
    if (!this.#encodings.includes(format.encoding)) return `${this.#name} cannot hold ${format.encoding}`;
    if (!this.#format || sameFormat(this.#format, format)) return undefined;
    return `${this.#name} takes ${formatName(this.#format)}, not ${formatName(format)}`;
  }

  /** Counts a chunk, or throws SpeechError E_PROTOCOL where the audio is not what it began as. */
  admit(chunk: AudioChunk): void {
    const refusal = chunk.format === this.#format ? undefined : this.refuses(chunk.format);
    if (refusal) throw new SpeechError('E_PROTOCOL', refusal);
    this.#format = chunk.format;
    this.#byteCount += chunk.bytes.length;
  }

  /** So many bytes are left of what was let in. */
  takeBack(byteCount: number): void {
    this.#byteCount = byteCount;
  }

  position(): PlayPosition {
    const bytes = this.#format && frameBytes(this.#format);
    return { playedSamples: bytes ? Math.floor(this.#byteCount / bytes) : 0, atMs: this.#clock.now() };
  }
}
