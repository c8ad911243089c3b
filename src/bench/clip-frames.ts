import { type AudioChunk, type AudioFormat, durationMs, frameBytes } from '../audio/format.ts';
import type { Clip } from './material.ts';

/** Audio goes out in frames of this length. */
const frameMs = 20;

/** Whole samples of digital silence. */
export function silence(format: AudioFormat, ms: number): Uint8Array {
  return new Uint8Array(bytesIn(format, ms));
}

/** So much audio, to the nearest sample. */
export function bytesIn(format: AudioFormat, ms: number): number {
  return Math.round((ms * format.sampleRateHz) / 1000) * (frameBytes(format) ?? 1);
}

export function clipMs({ format, bytes }: Clip): number {
  return durationMs(format, bytes.length) ?? 0;
}

export interface Tail {
  /** The most silence that is sent behind the recording. */
  readonly ms: number;
  /** Nothing more is wanted. */
  readonly isOver: () => boolean;
}

/** The recording in frames, then silence; until there is no more, or no more is wanted. */
export function* clipFrames({ format, bytes }: Pick<Clip, 'format' | 'bytes'>, tail: Tail): Generator<AudioChunk> {
  const bytesAFrame = bytesIn(format, frameMs);
  const quiet = silence(format, frameMs);
  let firstSample = 0;
  const chunk = (frame: Uint8Array): AudioChunk => {
    const made = { format, bytes: frame, firstSample };
    firstSample += frame.length / (frameBytes(format) ?? 1);
    return made;
  };
  for (let at = 0; at < bytes.length && !tail.isOver(); at += bytesAFrame) {
    yield chunk(bytes.subarray(at, at + bytesAFrame));
  }
  for (let ms = 0; ms < tail.ms && !tail.isOver(); ms += frameMs) yield chunk(quiet);
}

/** The recording up to the end of the frame in which its speech ends. */
export function cutAt<Sound extends Pick<Clip, 'format' | 'bytes'>>(clip: Sound, speechEndMs: number): Sound {
  const frames = Math.ceil(bytesIn(clip.format, speechEndMs) / bytesIn(clip.format, frameMs));
  return { ...clip, bytes: clip.bytes.subarray(0, frames * bytesIn(clip.format, frameMs)) };
}
