import { encodeStream } from '../../src/audio/ffmpeg.ts';
import type { AudioFormat } from '../../src/audio/format.ts';
import { encoded } from './signal.ts';

/** Samples as ffmpeg compresses them, as a service streams them: no tags in front. */
export async function compressed(
  samples: Int16Array,
  { sampleRateHz, channels }: AudioFormat,
  container: 'mp3' | 'opus',
): Promise<Uint8Array> {
  const ffmpeg = encodeStream({ encoding: 'linear16', sampleRateHz, channels }, container);
  const pieces: Uint8Array[] = [];
  const read = (async () => {
    for await (const piece of ffmpeg.output) pieces.push(piece);
  })();
  await ffmpeg.write(encoded(samples, 'linear16'));
  await ffmpeg.end();
  await read;
  return Uint8Array.from(Buffer.concat(pieces));
}

/** How far a signal is from another, in dB below it, at the delay where that is most: up to 100 ms of 24 kHz. */
export function likenessDb(found: Int16Array, expected: Int16Array, mostDelay = 2400): number {
  let best = -Infinity;
  for (let shift = 0; shift <= mostDelay; shift++) {
    let [signal, noise] = [0, 0];
    for (let i = 2000; i < expected.length - 2000; i += 7) {
      const wanted = expected[i] ?? 0;
      signal += wanted ** 2;
      noise += (wanted - (found[i + shift] ?? 0)) ** 2;
    }
    best = Math.max(best, 10 * Math.log10(signal / (noise || 1e-9)));
  }
  return best;
}
