import { type Mp3Header, mp3HeaderAt } from '../../audio/decode/mp3-header.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { formatName } from '../../audio/format.ts';
import { headerMismatch, PcmStream } from '../../audio/pcm-stream.ts';
import type { SpeakEvent } from '../../speech/speak.ts';

const id3HeaderBytes = 10;

/** The length of an ID3v2 tag, whose size is written in bytes of seven bits. */
function id3Bytes(bytes: Uint8Array): number | 'more' | undefined {
  const [i, d, three, version = 0] = bytes;
  if (i !== 0x49 || (d ?? 0x44) !== 0x44 || (three ?? 0x33) !== 0x33) return undefined;
  if (bytes.length < id3HeaderBytes) return 'more';
  const sizes = bytes.subarray(6, id3HeaderBytes);
  if (version < 2 || version > 4 || sizes.some((size) => size > 0x7f)) return undefined;
  return id3HeaderBytes + sizes.reduce((sum, size) => sum * 128 + size, 0);
}

type Look = { readonly is: 'more' | 'no' } | { readonly is: 'mp3'; readonly header: Mp3Header | undefined };

/** Whether sound begins as mp3: with an ID3 tag, or with a frame behind which another begins. One header alone is chance. */
function look(bytes: Uint8Array): Look {
  const tag = id3Bytes(bytes);
  if (tag === 'more') return { is: 'more' };
  if (tag !== undefined) return { is: 'mp3', header: mp3HeaderAt(bytes, tag) };
  const [first, second = 0xe2] = bytes;
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return { is: 'no' };
  if (bytes.length < 4) return { is: 'more' };
  const header = mp3HeaderAt(bytes, 0);
  if (header === undefined) return { is: 'no' };
  if (bytes.length < header.frameBytes + 4) return { is: 'more' };
  const next = mp3HeaderAt(bytes, header.frameBytes);
  return next?.sampleRateHz === header.sampleRateHz ? { is: 'mp3', header } : { is: 'no' };
}

/**
 * One turn's sound. Some voices send mp3 whatever they are asked for (visionagents.ai: KokoroTTS), and nothing on the
 * wire says so: the first bytes do. Its chunks then name mp3 as their format, with a warning before the first, so that
 * whoever takes them can decode or refuse. All else is read as what was asked for, RIFF headers taken off.
 */
export class TurnAudio {
  readonly #turn: string;
  readonly #asked: AudioFormat;
  readonly #stream: PcmStream;
  /** What the sound is; undefined while its first bytes do not tell. */
  #format: AudioFormat | undefined;
  #held: Uint8Array = new Uint8Array(0);
  #remarks: SpeakEvent[] = [];
  heard = false;

  constructor(turn: string, asked: AudioFormat) {
    this.#turn = turn;
    this.#asked = asked;
    if (asked.encoding === 'mp3') this.#format = asked;
    this.#stream = new PcmStream(asked, (found) => {
      const mismatch = headerMismatch(found, asked);
      if (mismatch !== undefined) this.#remark('riff_format', `the service's RIFF header says ${mismatch}`);
    });
  }

  push(bytes: Uint8Array): SpeakEvent[] {
    if (bytes.length === 0) return [];
    this.heard = true;
    if (this.#format !== undefined) return this.#chunks(bytes, this.#format);
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const found = look(all);
    this.#held = found.is === 'more' ? all : new Uint8Array(0);
    if (found.is === 'more') return [];
    const format = found.is === 'mp3' ? this.#other(found.header) : this.#asked;
    this.#format = format;
    return this.#chunks(all, format);
  }

  #other(header: Mp3Header | undefined): AudioFormat {
    const { sampleRateHz, channels } = header ?? this.#asked;
    const format: AudioFormat = { encoding: 'mp3', sampleRateHz, channels };
    this.#remark('other_format', `the service sends ${formatName(format)}`);
    return format;
  }

  #remark(code: string, what: string): void {
    const message = `${what}; ${formatName(this.#asked)} was asked for`;
    this.#remarks.push({ type: 'warning', code, message });
  }

  #chunks(bytes: Uint8Array, format: AudioFormat): SpeakEvent[] {
    const asked = format === this.#asked;
    const chunk = asked ? this.#stream.push(bytes) : { format, bytes, firstSample: undefined };
    return [...this.#remarks.splice(0), ...this.#events(chunk)];
  }

  #events(chunk: Extract<SpeakEvent, { type: 'audio' }>['chunk'] | undefined): SpeakEvent[] {
    return chunk === undefined ? [] : [{ type: 'audio', turn: this.#turn, chunk }];
  }

  /** The turn's sound is complete: what was held back comes out, and what makes no sample is told. */
  end(): SpeakEvent[] {
    const held = this.#held;
    this.#held = new Uint8Array(0);
    const events = held.length === 0 ? [] : this.#chunks(held, this.#asked);
    const { chunk, droppedBytes } = this.#stream.end();
    events.push(...this.#events(chunk));
    if (droppedBytes > 0) {
      const message = `the audio ends inside a sample; ${droppedBytes} byte${droppedBytes === 1 ? '' : 's'} dropped`;
      events.push({ type: 'warning', code: 'odd_byte', message });
    }
    return events;
  }
}
