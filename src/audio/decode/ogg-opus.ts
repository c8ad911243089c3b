import type { OggOpusDecodedAudio, OggOpusDecoder } from 'ogg-opus-decoder';
import type { ByteInput } from '../sources/byte-input.ts';
import type { Decoder, Warn } from './decoder.ts';
import { badAudio, checkChannels } from './decoder.ts';
import { interleaved } from './expand.ts';
import { hushed } from './hush.ts';
import { letGo } from './let-go.ts';
import type { OggPage } from './ogg-pages.ts';
import { OggPages } from './ogg-pages.ts';

/** Opus is always decoded at 48 kHz, whatever it was made of (RFC 7845, section 5.1). */
const sampleRateHz = 48_000;

/** Whether a page begins an Opus stream: "OpusHead" at its front. */
function isOpusHead({ first, body }: OggPage): boolean {
  return first && body.length >= 19 && Buffer.from(body.subarray(0, 8)).toString('latin1') === 'OpusHead';
}

/** How the first packets of other codecs in Ogg begin. */
const otherCodecs: readonly (readonly [string, string])[] = [
  ['\x01vorbis', 'Ogg Vorbis'],
  ['\x7fFLAC', 'Ogg FLAC'],
  ['Speex', 'Speex'],
  ['\x80theora', 'Ogg video'],
];

function otherCodec({ body }: OggPage): string {
  const begin = Buffer.from(body.subarray(0, 8)).toString('latin1');
  return otherCodecs.find(([magic]) => begin.startsWith(magic))?.[1] ?? 'Ogg, but no Opus';
}

export async function openOggOpus(input: ByteInput, warn: Warn): Promise<Decoder> {
  const head = await firstPage(input);
  if (!isOpusHead(head)) throw badAudio(input.name, `is ${otherCodec(head)}, which vox does not read`);
  const channels = head.body[9] ?? 0;
  checkChannels(input.name, channels);
  const { OggOpusDecoder } = await import('ogg-opus-decoder');
  const opus = new OggOpusDecoder();
  await opus.ready;
  return new OpusDecoder(input.name, opus, channels, warn);
}

/** The most that a page can have (RFC 3533, section 6), and one more. */
const longestPageBytes = 65_308;

async function firstPage(input: ByteInput): Promise<OggPage> {
  for (let bytes = await input.peek(1); ; bytes = await input.peek(bytes.length + 1)) {
    const [page] = new OggPages().push(bytes);
    if (page) return page;
    if (input.ended) throw badAudio(input.name, 'is an Ogg file that is cut off inside its header');
    if (bytes.length > longestPageBytes) throw badAudio(input.name, 'is a damaged Ogg file');
  }
}

const nothing = new Int16Array();

function joined(pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Other streams in the same file (a picture, a video) are passed over; one that follows after the first is read on. */
class OpusDecoder implements Decoder {
  readonly sampleRateHz = sampleRateHz;
  readonly channels: number;
  /** At 32 kbit/s, 1 s: what it becomes is twelve times as many bytes, four times over. */
  readonly blockBytes = 4 * 1024;
  readonly done = false;
  readonly #name: string;
  readonly #opus: OggOpusDecoder;
  readonly #warn: Warn;
  readonly #pages = new OggPages();
  #whole: Uint8Array[] = [];
  #serial: number | undefined;
  #faults = 0;

  constructor(name: string, opus: OggOpusDecoder, channels: number, warn: Warn) {
    this.#name = name;
    this.#opus = opus;
    this.channels = channels;
    this.#warn = warn;
  }

  async push(bytes: Uint8Array): Promise<Int16Array> {
    const pieces: Int16Array[] = [];
    for (const page of this.#pages.push(bytes)) {
      if (!this.#isOwn(page)) continue;
      this.#whole.push(page.bytes);
      if (!page.last) continue;
      // The package holds a page back until it sees the next, and begins anew behind a stream's last one. Told to do
      // both now, it reads a stream that follows; it would lose one whose first page came with the other's last.
      pieces.push(await this.#decode(), await this.#take(() => this.#opus.flush()));
    }
    pieces.push(await this.#decode());
    return pieces.length === 1 ? (pieces[0] ?? nothing) : joined(pieces);
  }

  async end(): Promise<Int16Array> {
    this.#pages.end();
    const rest = await this.#take(() => this.#opus.flush());
    const lost = this.#pages.lostBytes;
    if (lost > 0) this.#warn(`is damaged or cut off: ${lost} of its bytes are no sound part of it, and left out`);
    else if (this.#faults > 0) this.#warn(`is damaged: ${this.#faults} of its Opus packets could not be decoded`);
    return rest;
  }

  free(): void {
    letGo(this.#opus);
  }

  #isOwn(page: OggPage): boolean {
    if (isOpusHead(page)) {
      if (page.body[9] !== this.channels) throw badAudio(this.#name, 'changes its number of channels on the way');
      this.#serial = page.serial;
    }
    return page.serial === this.#serial;
  }

  async #decode(): Promise<Int16Array> {
    const whole = Buffer.concat(this.#whole);
    this.#whole = [];
    return whole.length === 0 ? nothing : this.#take(() => this.#opus.decode(whole));
  }

  async #take(decode: () => OggOpusDecodedAudio | Promise<OggOpusDecodedAudio>): Promise<Int16Array> {
    const decoded = await hushed(decode).catch((thrown: unknown) => {
      throw badAudio(this.#name, 'is damaged: its Opus packets cannot be decoded', thrown);
    });
    this.#faults += decoded.errors.length;
    if (decoded.samplesDecoded <= 0) return nothing;
    return interleaved(decoded.channelData, this.channels, decoded.samplesDecoded);
  }
}
