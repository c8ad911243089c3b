import { Readable } from 'node:stream';
import type { AudioSource } from '../../../src/audio/source.ts';
import type { AudioOptions } from '../../../src/audio/sources/open-audio.ts';
import { openAudio } from '../../../src/audio/sources/open-audio.ts';

export const never = new AbortController().signal;

/** All samples of a source, its chunks held to what the interface promises. */
export async function samplesOf(source: AudioSource, signal = never): Promise<Int16Array> {
  const pieces: Uint8Array[] = [];
  let samples = 0;
  for await (const { bytes, firstSample, format } of source.chunks(signal)) {
    if (firstSample !== samples || format.channels !== 1) throw new Error(`chunk ${pieces.length} is out of place`);
    const last = pieces.at(-1);
    const first = pieces[0];
    if (last && first && last.length !== first.length) throw new Error('a chunk in the middle is shorter');
    pieces.push(bytes);
    samples += bytes.length / 2;
  }
  const all = Buffer.concat(pieces);
  return new Int16Array(new Uint8Array(all).buffer);
}

/** Bytes as a stream, cut where `lengths` says (in turn, again and again). */
export function streamOf(bytes: Uint8Array, lengths: readonly number[] = [bytes.length || 1]): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    pieces.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
  return Readable.from(pieces, { objectMode: true });
}

export interface Heard {
  readonly samples: Int16Array;
  readonly warnings: string[];
  readonly sources: AudioSource[];
}

/** What is heard of bytes that come as a stream named `x`: of the first source, the only one of a mix. */
export async function heard(
  bytes: Uint8Array,
  options: AudioOptions = {},
  lengths?: readonly number[],
): Promise<Heard> {
  const warnings: string[] = [];
  const onWarning = (text: string) => warnings.push(text);
  const stream = streamOf(bytes, lengths);
  const sources = await openAudio({ stream, name: 'x' }, { ...options, onWarning });
  const all = await Promise.all(sources.map((source) => samplesOf(source)));
  return { samples: all[0] ?? new Int16Array(), warnings, sources };
}
