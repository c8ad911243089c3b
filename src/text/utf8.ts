import { SpeechError } from '../errors.ts';
import type { Stage } from './through.ts';
import { through } from './through.ts';

/** How much was decoded so far: bytes, and the UTF-16 units that they became. */
export interface Decoded {
  readonly bytes: number;
  readonly chars: number;
}

/**
 * Bytes to text, as they come: a character split between two chunks is given with the second, a byte order mark at
 * the start is dropped, no empty string is given. Throws E_NOT_UTF8, naming the offset of the first wrong byte.
 * `onDecoded` is told of each piece before it is given.
 */
export function decodeUtf8(
  bytes: AsyncIterable<Uint8Array>,
  onDecoded: (soFar: Decoded) => void = () => {},
): AsyncIterable<string> {
  return through(bytes, () => new Utf8Stage(onDecoded));
}

class Utf8Stage implements Stage<Uint8Array, string> {
  readonly #decoder = strictDecoder();
  readonly #onDecoded: (soFar: Decoded) => void;
  /** The first bytes of a character whose last are not here yet: three at most. */
  #carried = new Uint8Array(0);
  #decodedBytes = 0;
  #decodedChars = 0;

  constructor(onDecoded: (soFar: Decoded) => void) {
    this.#onDecoded = onDecoded;
  }

  *push(chunk: Uint8Array): Iterable<string> {
    const bytes = joined(this.#carried, chunk);
    const whole = bytes.subarray(0, bytes.length - unfinishedBytes(bytes));
    let text = this.#decode(whole);
    if (this.#decodedBytes === 0 && text.startsWith('\uFEFF')) text = text.slice(1);
    this.#carried = bytes.slice(whole.length);
    this.#decodedBytes += whole.length;
    this.#decodedChars += text.length;
    this.#onDecoded({ bytes: this.#decodedBytes, chars: this.#decodedChars });
    if (text !== '') yield text;
  }

  end(): Iterable<string> {
    if (this.#carried.length > 0) throw notUtf8(this.#decodedBytes, 'the text ends inside a character');
    return [];
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw notUtf8(this.#decodedBytes + firstWrongByte(bytes));
    }
  }
}

/** Each call decodes whole characters; the mark is ours to drop, or it would be dropped inside the text too. */
function strictDecoder(): InstanceType<typeof TextDecoder> {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
}

function notUtf8(atByte: number, why = 'it is not valid there'): SpeechError {
  return new SpeechError('E_NOT_UTF8', `the text is not UTF-8: byte ${atByte}, ${why}`, { detail: { atByte } });
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

/** How many bytes at the end are the start of a character that wants more of them. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return charBytes(byte) > back ? back : 0;
  }
  return 0;
}

/** The length that a first byte announces. Bytes that start nothing count 1: the decoder finds the fault. */
function charBytes(first: number): number {
  if (first >= 0xf8) return 1;
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc2 ? 2 : 1;
}

/** Where the character starts that cannot be decoded: the bytes before it can. Only for what failed. */
function firstWrongByte(bytes: Uint8Array): number {
  const decoder = strictDecoder();
  for (let at = 0; at < bytes.length; ) {
    const length = charBytes(bytes[at] ?? 0);
    try {
      decoder.decode(bytes.subarray(at, at + length));
    } catch {
      return at;
    }
    at += length;
  }
  return bytes.length;
}
