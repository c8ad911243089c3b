/** The encodings that the protocols name. `linear16` is signed 16-bit little-endian PCM. */
export const encodings = ['linear16', 'mulaw', 'alaw', 'mp3', 'opus', 'vorbis'] as const;
export type Encoding = (typeof encodings)[number];

/** No samples that stand one behind the other. Vorbis, in its Ogg container, is Telnyx's alone, and is not decoded here. */
export type CompressedEncoding = Exclude<Encoding, 'linear16' | 'mulaw' | 'alaw'>;

export function isCompressed(encoding: Encoding): encoding is CompressedEncoding {
  return sampleBytes[encoding] === undefined;
}

/** The rates that SLNG's specification allows (PROTOCOLS 1.2), in Hz. */
export const sampleRatesHz = [8000, 16000, 22050, 24000, 32000, 44100, 48000] as const;

export interface AudioFormat {
  readonly encoding: Encoding;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/**
 * A piece of one turn's audio. It carries its own format, so that a sink can refuse instead of playing noise.
 * `firstSample` counts samples (per channel) from the start of the turn; compressed audio has none (undefined).
 * PCM chunks always hold whole samples.
 */
export interface AudioChunk {
  readonly format: AudioFormat;
  readonly bytes: Uint8Array;
  readonly firstSample: number | undefined;
}

const sampleBytes: Record<Encoding, number | undefined> = {
  linear16: 2,
  mulaw: 1,
  alaw: 1,
  mp3: undefined,
  opus: undefined,
  vorbis: undefined,
};

/** Bytes of one sample of all channels; undefined for compressed audio. */
export function frameBytes(format: AudioFormat): number | undefined {
  const bytes = sampleBytes[format.encoding];
  return bytes === undefined ? undefined : bytes * format.channels;
}

/** Milliseconds that so many bytes last; undefined for compressed audio. */
export function durationMs(format: AudioFormat, byteCount: number): number | undefined {
  const bytes = frameBytes(format);
  return bytes === undefined ? undefined : (byteCount / bytes / format.sampleRateHz) * 1000;
}

export function sameFormat(a: AudioFormat, b: AudioFormat): boolean {
  return a.encoding === b.encoding && a.sampleRateHz === b.sampleRateHz && a.channels === b.channels;
}

export function formatName(format: AudioFormat): string {
  const channels = format.channels === 1 ? 'mono' : `${format.channels} channels`;
  return `${format.encoding} ${format.sampleRateHz} Hz ${channels}`;
}
