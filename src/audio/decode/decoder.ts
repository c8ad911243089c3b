import { SpeechError } from '../../errors.ts';

/** Turns the bytes of one stream into samples. Whoever opened it frees it. */
export interface Decoder {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** The whole length, ms, where the container tells it. */
  readonly totalMs?: number;
  /** How many bytes to hand over at a time: what comes of them is held in memory at once. */
  readonly blockBytes: number;
  /** Set when the audio has ended before its bytes did: what follows belongs to it no more. */
  readonly done: boolean;
  /**
   * The samples (16 bits, the channels in turn) that the bytes complete; valid, as the bytes are, until the next call.
   * Throws SpeechError E_AUDIO.
   */
  push(bytes: Uint8Array): Int16Array | Promise<Int16Array>;
  /** The bytes are over. Called once. */
  end(): Int16Array | Promise<Int16Array>;
  free(): void;
}

/** Says to a person that some of the audio is missing or damaged; the rest is read. */
export type Warn = (text: string) => void;

/** More would hardly be a recording of speech, and is most often a damaged header. */
export const maxChannels = 16;

export function badAudio(name: string, why: string, cause?: unknown): SpeechError {
  return new SpeechError('E_AUDIO', `${name} ${why}`, { cause });
}

export function checkChannels(name: string, channels: number): void {
  if (channels < 1) throw badAudio(name, 'has no channels, by its header');
  if (channels > maxChannels) throw badAudio(name, `has ${channels} channels: vox reads up to ${maxChannels}`);
}

/** For warnings: 12.3 s. */
export function seconds(samples: number, sampleRateHz: number): string {
  return `${(samples / sampleRateHz).toFixed(1)} s`;
}
