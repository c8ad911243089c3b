import type { AudioChunk, AudioFormat, Encoding } from './format.ts';
import { frameBytes } from './format.ts';
import type { WavFormat } from './wav-header.ts';
import { parseWavHeader } from './wav-header.ts';

/** What is left when a turn's audio ends: whole samples that were still held back, and bytes that make no sample. */
export interface PcmEnd {
  readonly chunk: AudioChunk | undefined;
  readonly droppedBytes: number;
}

/** "RIFF" */
const magic = [0x52, 0x49, 0x46, 0x46] as const;

/** The twelve bytes "RIFF", size, "WAVE": with them it is a WAV header for certain, and no chance in the samples. */
const certainBytes = 12;

/** A header longer than this (LIST chunks before the data) is taken for audio: it cannot hold back a turn for ever. */
const maxHeaderBytes = 65_536;

/** wFormatTag of WAVE: 1 PCM, 6 A-law, 7 µ-law. */
const formatTags: Record<Encoding, number | undefined> = {
  linear16: 1,
  alaw: 6,
  mulaw: 7,
  mp3: undefined,
  opus: undefined,
  vorbis: undefined,
};

/** Undefined where a header agrees with the format that was asked for, else the difference in words. */
export function headerMismatch(found: WavFormat, wanted: AudioFormat): string | undefined {
  const bits = (frameBytes(wanted) ?? 0) * (8 / wanted.channels);
  const differs: string[] = [];
  if (found.sampleRateHz !== wanted.sampleRateHz) differs.push(`${found.sampleRateHz} Hz`);
  if (found.channels !== wanted.channels) differs.push(`${found.channels} channels`);
  if (found.formatTag !== formatTags[wanted.encoding]) differs.push(`format tag ${found.formatTag}`);
  else if (found.bitsPerSample !== bits) differs.push(`${found.bitsPerSample} bits`);
  return differs.length === 0 ? undefined : differs.join(', ');
}

/**
 * One turn's audio as it comes off the wire, cut where frames are cut, turned into chunks of whole samples, numbered
 * from 0. A RIFF header at the start of the turn (also one that is split over frames), or at the start of a later
 * frame, is stripped and reported to `onHeader`. Bytes that end inside a sample wait for the next frame. Compressed
 * audio passes untouched. In the common case (whole samples, no header) nothing is copied: a chunk is the frame's
 * own bytes.
 */
export class PcmStream {
  readonly #format: AudioFormat;
  readonly #sampleBytes: number | undefined;
  readonly #onHeader: ((found: WavFormat) => void) | undefined;
  #samples = 0;
  #droppedBytes = 0;
  /** Nothing of the turn has been decided on yet: its first bytes may be the first of "RIFF". */
  #fresh = true;
  /** Bytes that begin like a header and are too few to tell. */
  #held: Uint8Array | undefined;
  /** The part of a sample that the last frame ended with. */
  #carry: Uint8Array | undefined;

  constructor(format: AudioFormat, onHeader?: (found: WavFormat) => void) {
    this.#format = format;
    this.#sampleBytes = frameBytes(format);
    this.#onHeader = onHeader;
  }

  /** Undefined where the frame completes no sample. The bytes are kept as a view: they must not change afterwards. */
  push(bytes: Uint8Array): AudioChunk | undefined {
    if (bytes.length === 0) return undefined;
    if (this.#sampleBytes === undefined) return { format: this.#format, bytes, firstSample: undefined };
    if (this.#held === undefined && !this.#likeHeader(bytes)) {
      this.#fresh = false;
      return this.#whole(bytes, this.#sampleBytes);
    }
    const audio = this.#pastHeader(this.#held === undefined ? bytes : joined(this.#held, bytes));
    return audio === undefined ? undefined : this.#whole(audio, this.#sampleBytes);
  }

  /** The turn is over. Whole samples among what was held back come out; the rest is counted as dropped. */
  end(): PcmEnd {
    const held = this.#held;
    this.#held = undefined;
    const certain = held !== undefined && held.length >= certainBytes && parseWavHeader(held).kind === 'more';
    const chunk =
      held === undefined || certain || this.#sampleBytes === undefined
        ? undefined
        : this.#whole(held, this.#sampleBytes);
    const droppedBytes = this.#droppedBytes + (this.#carry?.length ?? 0);
    this.#carry = undefined;
    return { chunk, droppedBytes };
  }

  /** At the start of a turn a part of "RIFF" is enough to look closer; later only the whole word. */
  #likeHeader(bytes: Uint8Array): boolean {
    if (bytes[0] !== magic[0] || (bytes.length < magic.length && !this.#fresh)) return false;
    return magic.every((byte, i) => i >= bytes.length || bytes[i] === byte);
  }

  /** The audio behind the header, all of it where it is none, or undefined while that is open. */
  #pastHeader(bytes: Uint8Array): Uint8Array | undefined {
    const parsed = parseWavHeader(bytes);
    if (parsed.kind === 'more' && bytes.length < maxHeaderBytes) {
      this.#held = bytes.slice();
      return undefined;
    }
    this.#held = undefined;
    this.#fresh = false;
    if (parsed.kind !== 'header') return bytes;
    // A header starts a new run of samples: half a sample from before it belongs to nothing.
    this.#droppedBytes += this.#carry?.length ?? 0;
    this.#carry = undefined;
    this.#onHeader?.(parsed.format);
    return bytes.subarray(parsed.dataOffset);
  }

  #whole(bytes: Uint8Array, sampleBytes: number): AudioChunk | undefined {
    const all = this.#carry === undefined ? bytes : joined(this.#carry, bytes);
    const loose = all.length % sampleBytes;
    this.#carry = loose === 0 ? undefined : all.slice(all.length - loose);
    if (all.length === loose) return undefined;
    const whole = loose === 0 ? all : all.subarray(0, all.length - loose);
    const firstSample = this.#samples;
    this.#samples += whole.length / sampleBytes;
    return { format: this.#format, bytes: whole, firstSample };
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
