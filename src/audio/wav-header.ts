import { SpeechError } from '../errors.ts';
import type { AudioFormat, Encoding } from './format.ts';
import { formatName } from './format.ts';

export interface WavFormat {
  /** The registered format number: 1 PCM, 3 float, 6 A-law, 7 mu-law. An extensible header is already looked through. */
  readonly formatTag: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bitsPerSample: number;
}

/**
 * What a prefix of a file or stream turned out to be. `more`: too short to tell, ask again with a longer prefix.
 * `dataBytes` is undefined where the header leaves the length open: the audio then lasts until the end.
 */
export type WavParse =
  | {
      readonly kind: 'header';
      readonly format: WavFormat;
      readonly dataOffset: number;
      readonly dataBytes: number | undefined;
    }
  | { readonly kind: 'more' }
  | { readonly kind: 'not-wav'; readonly why: string };

/** Nobody puts more than this before the audio; what does is refused, so that a reader's memory is bounded. */
const maxHeaderBytes = 1024 * 1024;

/** Data sizes that writers put where they could not know: zero, all ones, and all ones less 100 (npm `wav`). */
const openSizes: ReadonlySet<number> = new Set([0, 0xffffffff, 0xffffff9b]);

/** RF64 and BW64 are RIFF with the true sizes in a `ds64` chunk, and all ones where those of RIFF stand. */
const containers = ['RIFF', 'RF64', 'BW64'];

/** The first 12 bytes of any container: its name, a size that nobody can rely on, and what is inside. */
const riffBytes = 12;
const chunkHeaderBytes = 8;
const fmtBytes = { least: 16, most: 4096, extensible: 40 };
const extensibleTag = 0xfffe;
/** The last 14 bytes of a sub-format GUID whose first two are an ordinary format number (mmreg.h). */
const guidTail = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/** Wide enough for every recorder there is; outside, the bytes are damaged or no WAV at all. */
const plausible: readonly { key: keyof WavFormat; least: number; most: number; name: string }[] = [
  { key: 'channels', least: 1, most: 256, name: 'channels' },
  { key: 'sampleRateHz', least: 1000, most: 768_000, name: 'samples a second' },
  { key: 'bitsPerSample', least: 1, most: 64, name: 'bits a sample' },
];

function notWav(why: string): WavParse {
  return { kind: 'not-wav', why };
}

function name(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

/** The size of the audio in a `ds64` chunk (EBU Tech 3306): 64 bits after the 64 of the whole file's. */
function bigDataBytes(chunk: Uint8Array): number | undefined {
  if (chunk.length < 16) return undefined;
  const view = viewOf(chunk);
  return view.getUint32(8, true) + 2 ** 32 * view.getUint32(12, true) || undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where the bytes can no longer become a container, however they go on, the reason. */
function wrongStart(bytes: Uint8Array): string | undefined {
  const container = name(bytes, 0);
  if (!containers.some((known) => known.startsWith(container))) return 'it does not begin with RIFF';
  if (!'WAVE'.startsWith(name(bytes, 8))) return 'it is a RIFF file, but holds no WAVE';
  return undefined;
}

/** Reads the format out of a whole `fmt ` chunk, or says in words why it cannot be one. */
function readFormat(chunk: Uint8Array): WavFormat | string {
  const view = viewOf(chunk);
  const stated = view.getUint16(0, true);
  const extended =
    stated === extensibleTag &&
    chunk.length >= fmtBytes.extensible &&
    guidTail.every((byte, index) => chunk[26 + index] === byte);
  const format = {
    formatTag: extended ? view.getUint16(24, true) : stated,
    channels: view.getUint16(2, true),
    sampleRateHz: view.getUint32(4, true),
    bitsPerSample: view.getUint16(14, true),
  };
  const wrong = plausible.find(({ key, least, most }) => format[key] < least || format[key] > most);
  return wrong ? `its header says ${format[wrong.key]} ${wrong.name}` : format;
}

/**
 * Reads a WAV header from the start of a file or stream. Pure; call it again with a longer prefix while it says
 * `more`. It decides as early as the bytes allow: one byte that is no `R` is enough for `not-wav`, and no prefix
 * longer than 1 MiB is ever asked for. Chunks that are neither format nor audio are skipped.
 */
export function parseWavHeader(bytes: Uint8Array): WavParse {
  const wrong = wrongStart(bytes);
  if (wrong) return notWav(wrong);
  const view = viewOf(bytes);
  let format: WavFormat | undefined;
  let bigBytes: number | undefined;
  let offset = riffBytes;
  while (offset + chunkHeaderBytes <= bytes.length) {
    const id = name(bytes, offset);
    const size = view.getUint32(offset + 4, true);
    const body = offset + chunkHeaderBytes;
    if (id === 'data') {
      if (!format) return notWav('its audio comes before its format');
      return { kind: 'header', format, dataOffset: body, dataBytes: openSizes.has(size) ? bigBytes : size };
    }
    if (id === 'fmt ') {
      if (size < fmtBytes.least || size > fmtBytes.most) return notWav(`its format chunk says ${size} bytes`);
      if (body + size > bytes.length) return { kind: 'more' };
      const read = readFormat(bytes.subarray(body, body + size));
      if (typeof read === 'string') return notWav(read);
      format = read;
    }
    if (id === 'ds64') bigBytes = bigDataBytes(bytes.subarray(body, body + size));
    offset = body + size + (size % 2);
    if (offset > maxHeaderBytes) return notWav('no audio begins within its first MiB');
  }
  return { kind: 'more' };
}

/**
 * The most bytes a whole WAV file may have. Its sizes are 32 bits wide, and the highest ones mean "until the end"
 * to readers, so the limit stays a little below.
 */
export const maxWavBytes = 2 ** 32 - 256;

/** The encodings that a WAV file can hold, with what its format chunk says of them. */
const wavTags: Partial<Record<Encoding, { formatTag: number; bitsPerSample: number }>> = {
  linear16: { formatTag: 1, bitsPerSample: 16 },
  alaw: { formatTag: 6, bitsPerSample: 8 },
  mulaw: { formatTag: 7, bitsPerSample: 8 },
};
export const wavEncodings: readonly Encoding[] = ['linear16', 'mulaw', 'alaw'];

function latin(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

function u16(...values: number[]): number[] {
  return values.flatMap((value) => [value & 0xff, value >>> 8]);
}

function u32(value: number): number[] {
  return u16(value % 0x10000, Math.floor(value / 0x10000));
}

function chunk(id: string, body: number[]): number[] {
  return [...latin(id), ...u32(body.length), ...body];
}

/**
 * The bytes before the audio of a WAV file: 44 for linear16, 58 for mu-law and A-law, which by the standard need a
 * longer format chunk and a `fact` chunk. The length depends on the encoding alone, so that a header written first
 * can be overwritten later. `'stream'` writes the sizes that ffmpeg writes to a pipe (all ones, a fact of zero).
 * An odd `dataBytes` counts on one pad byte after the audio. Throws SpeechError E_UNSUPPORTED for compressed
 * audio, E_WAV_SIZE past 4 GiB.
 */
export function wavHeader(format: AudioFormat, dataBytes: number | 'stream'): Uint8Array {
  const tag = wavTags[format.encoding];
  if (!tag) throw new SpeechError('E_UNSUPPORTED', `a WAV file cannot hold ${formatName(format)}`);
  const { channels, sampleRateHz } = format;
  const frameBytes = (tag.bitsPerSample / 8) * channels;
  const pcm = tag.formatTag === 1;
  const streamed = dataBytes === 'stream';
  const fmt = [
    ...u16(tag.formatTag, channels),
    ...u32(sampleRateHz),
    ...u32(sampleRateHz * frameBytes),
    ...u16(frameBytes, tag.bitsPerSample),
    ...(pcm ? [] : u16(0)),
  ];
  const fact = pcm ? [] : chunk('fact', u32(streamed ? 0 : Math.floor(dataBytes / frameBytes)));
  const inside = [...latin('WAVE'), ...chunk('fmt ', fmt), ...fact, ...latin('data')];
  const riffSize = streamed ? 0xffffffff : inside.length + 4 + dataBytes + (dataBytes % 2);
  if (!streamed && riffSize + 8 > maxWavBytes) {
    throw new SpeechError('E_WAV_SIZE', `${dataBytes} bytes of audio do not fit in one WAV file`);
  }
  return Uint8Array.from([...latin('RIFF'), ...u32(riffSize), ...inside, ...u32(streamed ? 0xffffffff : dataBytes)]);
}
