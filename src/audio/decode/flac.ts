import type { FLACDecodedAudio, FLACDecoder } from '@wasm-audio-decoders/flac';
import type { ByteInput } from '../sources/byte-input.ts';
import type { Decoder, Warn } from './decoder.ts';
import { badAudio, seconds } from './decoder.ts';
import { interleaved } from './expand.ts';
import { hushed } from './hush.ts';
import { letGo } from './let-go.ts';

/** What the STREAMINFO block of a FLAC file says (RFC 9639, section 8.2). */
export interface StreamInfo {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Of one channel; undefined where the encoder did not know. */
  readonly totalSamples: number | undefined;
}

const streamInfoBytes = 34;
const blockHeaderBytes = 4;
/** "fLaC" */
const markerBytes = 4;

/** Undefined where the rate cannot be one. */
export function parseStreamInfo(body: Uint8Array): StreamInfo | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const packed = view.getUint32(10);
  const sampleRateHz = packed >>> 12;
  const totalSamples = (view.getUint8(13) & 0x0f) * 2 ** 32 + view.getUint32(14);
  if (sampleRateHz < 1000) return undefined;
  return { sampleRateHz, channels: ((packed >>> 9) & 7) + 1, totalSamples: totalSamples || undefined };
}

/** Reads what stands before the audio: the stream's own data, then tags and pictures, which are passed over. */
async function readMetadata(input: ByteInput): Promise<StreamInfo> {
  const cutOff = () => badAudio(input.name, 'is a FLAC file that is cut off before its audio');
  await input.skip(markerBytes);
  let info: StreamInfo | undefined;
  for (let last = false; !last; ) {
    const head = await input.peek(blockHeaderBytes + streamInfoBytes);
    if (head.length < blockHeaderBytes) throw cutOff();
    const [kind = 0, high = 0, middle = 0, low = 0] = head;
    const size = (high << 16) | (middle << 8) | low;
    last = kind >= 0x80;
    if (info === undefined) {
      if ((kind & 0x7f) !== 0 || size !== streamInfoBytes) throw badAudio(input.name, 'is a damaged FLAC file');
      if (head.length < blockHeaderBytes + size) throw cutOff();
      info = parseStreamInfo(head.subarray(blockHeaderBytes, blockHeaderBytes + size));
      if (!info) throw badAudio(input.name, 'is a damaged FLAC file: it has no sample rate');
    }
    if ((await input.skip(blockHeaderBytes + size)) < blockHeaderBytes + size) throw cutOff();
  }
  if (!info) throw cutOff();
  return info;
}

export async function openFlac(input: ByteInput, warn: Warn): Promise<Decoder> {
  const info = await readMetadata(input);
  const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
  const flac = new FLACDecoder();
  await flac.ready;
  // It looks at the first four bytes that it is given, and fails where there are fewer.
  await flac.decode(Buffer.from('fLaC'));
  return new FlacDecoder(input.name, flac, info, warn);
}

class FlacDecoder implements Decoder {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly totalMs?: number;
  readonly blockBytes = 16 * 1024;
  readonly done = false;
  readonly #name: string;
  readonly #flac: FLACDecoder;
  readonly #totalSamples: number | undefined;
  readonly #warn: Warn;
  #samples = 0;
  #faults = 0;

  constructor(name: string, flac: FLACDecoder, { sampleRateHz, channels, totalSamples }: StreamInfo, warn: Warn) {
    this.#name = name;
    this.#flac = flac;
    this.sampleRateHz = sampleRateHz;
    this.channels = channels;
    this.#totalSamples = totalSamples;
    if (totalSamples !== undefined) this.totalMs = (totalSamples / sampleRateHz) * 1000;
    this.#warn = warn;
  }

  push(bytes: Uint8Array): Promise<Int16Array> {
    return this.#take(() => this.#flac.decode(new Uint8Array(bytes)));
  }

  async end(): Promise<Int16Array> {
    const rest = await this.#take(() => this.#flac.flush());
    const total = this.#totalSamples;
    if (total !== undefined && this.#samples < total) {
      const [read, told] = [this.#samples, total].map((samples) => seconds(samples, this.sampleRateHz));
      this.#warn(`is damaged or ends early: ${read} of the ${told} that its header tells could be read`);
    } else if (this.#faults > 0) {
      this.#warn(`is damaged: ${this.#faults} of its FLAC frames could not be decoded`);
    }
    return rest;
  }

  free(): void {
    letGo(this.#flac);
  }

  async #take(decode: () => Promise<FLACDecodedAudio>): Promise<Int16Array> {
    const decoded = await hushed(decode).catch((thrown: unknown) => {
      throw badAudio(this.#name, 'is damaged: its FLAC frames cannot be decoded', thrown);
    });
    this.#faults += decoded.errors.length;
    this.#samples += decoded.samplesDecoded;
    if (decoded.samplesDecoded === 0) return new Int16Array();
    return interleaved(decoded.channelData, this.channels, decoded.samplesDecoded);
  }
}
