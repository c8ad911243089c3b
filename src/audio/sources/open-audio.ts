import { SpeechError } from '../../errors.ts';
import { Chunker } from '../chunker.ts';
import type { Decoder, Warn } from '../decode/decoder.ts';
import { checkChannels } from '../decode/decoder.ts';
import { openDecoder } from '../decode/detect.ts';
import { alaw, mulaw, type SampleKind, signed16 } from '../decode/expand.ts';
import { PcmDecoder } from '../decode/pcm.ts';
import { createResampler } from '../resample.ts';
import type { AudioSource } from '../source.ts';
import { AudioReader } from './audio-reader.ts';
import { ByteInput } from './byte-input.ts';
import { type ByteStream, openBytes, StreamReader } from './byte-reader.ts';
import { Lane, Lanes } from './lanes.ts';

export type AudioInput = { readonly path: string } | { readonly stream: ByteStream; readonly name: string };

/** What PCM without a header is. */
export interface RawAudio {
  readonly encoding: 'linear16' | 'mulaw' | 'alaw';
  readonly sampleRateHz: number;
  readonly channels: number;
}

export interface AudioOptions {
  /** Of what comes out, 16000 by default. */
  readonly sampleRateHz?: number;
  /** One source with the mean of all channels (the default), or one for each: those must be read at the same time. */
  readonly channels?: 'mix' | 'split';
  /** 20 to 100, 50 by default. */
  readonly chunkMs?: number;
  readonly raw?: RawAudio;
  /** The stream comes as it is heard: sources say so, and nothing is read before they are. Only with `raw`. */
  readonly live?: boolean;
  /** Speex's scale, 0 (fast) to 10; 5 by default, see docs/listening.md. */
  readonly resampleQuality?: number;
  /** Ends a wait for the first bytes. */
  readonly signal?: AbortSignal;
  /** Takes what a person should know of audio that is cut off or damaged, and read all the same: "NAME ends early". */
  readonly onWarning?: (text: string) => void;
}

/** What a recogniser cannot tell from a finer one, at half the time of 7 (docs/listening.md). */
const defaultQuality = 5;

/**
 * Opens a file or a stream of audio, by what it holds and not by its name: WAV, MP3, Ogg Opus, FLAC; raw PCM where
 * `raw` says so. Resolves when the first audio has been read (of a raw stream: at once), with linear16 mono sources.
 * Rejects with SpeechError E_FILE (what the system says), E_AUDIO (what is no audio, or none that vox reads), or the
 * signal's reason. Whoever does not read a source closes it.
 */
export async function openAudio(input: AudioInput, options: AudioOptions = {}): Promise<AudioSource[]> {
  const { signal } = options;
  signal?.throwIfAborted();
  const bytes = new ByteInput(
    'path' in input ? await openBytes(input.path) : new StreamReader(input.name, input.stream),
  );
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([opened(bytes, options), aborted]);
  } catch (thrown) {
    await bytes.close();
    throw thrown;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

async function opened(bytes: ByteInput, options: AudioOptions): Promise<AudioSource[]> {
  const warn: Warn = (text) => options.onWarning?.(`${bytes.name} ${text}`);
  const decoder = options.raw ? openRaw(bytes, options.raw, warn) : await openDecoder(bytes, warn);
  const reader = new AudioReader(bytes, decoder);
  try {
    const first = options.raw && bytes.sizeBytes === undefined ? undefined : await reader.next();
    return await sourcesOf(bytes.name, reader, decoder, first, options);
  } catch (thrown) {
    await reader.close();
    throw thrown;
  }
}

const rawKinds: Readonly<Record<RawAudio['encoding'], SampleKind>> = { linear16: signed16, mulaw, alaw };

function openRaw(bytes: ByteInput, raw: RawAudio, warn: Warn): Decoder {
  if (raw.sampleRateHz < 1000 || raw.sampleRateHz > 768_000) {
    throw new SpeechError('E_USAGE', `raw audio of ${raw.sampleRateHz} Hz: 1000 to 768000 are possible`);
  }
  checkChannels(bytes.name, raw.channels);
  const { sampleRateHz, channels } = raw;
  const kind = rawKinds[raw.encoding];
  return new PcmDecoder({ kind, sampleRateHz, channels, dataBytes: undefined, availableBytes: bytes.sizeBytes }, warn);
}

async function sourcesOf(
  name: string,
  reader: AudioReader,
  decoder: Decoder,
  first: Int16Array | undefined,
  options: AudioOptions,
): Promise<AudioSource[]> {
  const { sampleRateHz = 16_000, chunkMs = 50, resampleQuality = defaultQuality, live = false } = options;
  const { channels, totalMs } = decoder;
  const picks = options.channels === 'split' ? Array.from({ length: channels }, (_, channel) => channel) : [undefined];
  const lanes = await Promise.all(
    picks.map(async (pick) => {
      const rates = { fromHz: decoder.sampleRateHz, toHz: sampleRateHz };
      const resampler = await createResampler({ ...rates, channels: 1, quality: resampleQuality });
      return new Lane(channels, pick, resampler, new Chunker(sampleRateHz, chunkMs));
    }),
  );
  const shared = new Lanes(reader, lanes, chunkMs, first);
  return lanes.map((lane, index) => ({
    name: lanes.length === 1 ? name : `${name} (channel ${index + 1})`,
    format: lane.format,
    live,
    ...(totalMs === undefined ? {} : { totalMs }),
    chunks: (signal) => shared.read(lane, signal),
    close: () => shared.leave(lane),
  }));
}
