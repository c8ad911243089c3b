import { Buffer } from 'node:buffer';
import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import { SpeechError } from '../errors.ts';

export const toneFormat: AudioFormat = { encoding: 'linear16', sampleRateHz: 24000, channels: 1 };
export const toneMs = 1000;
const toneHz = 440;
/** A quarter of full scale (−12 dBFS): easily heard, and no fright in headphones. */
const peak = 0.25;
/** Without a ramp at either end a tone clicks. */
const rampMs = 20;
/** A chunk is as long as a service's usual frame. */
const chunkMs = 20;

/** The test tone in chunks: linear16 at 24 kHz, one second. */
export function toneChunks(): AudioChunk[] {
  const total = samplesOf(toneMs);
  const step = samplesOf(chunkMs);
  const chunks: AudioChunk[] = [];
  for (let firstSample = 0; firstSample < total; firstSample += step) {
    const bytes = Buffer.alloc(step * 2);
    for (let i = 0; i < step; i++) bytes.writeInt16LE(toneSample(firstSample + i, total), i * 2);
    chunks.push({ format: toneFormat, bytes, firstSample });
  }
  return chunks;
}

function samplesOf(ms: number): number {
  return (toneFormat.sampleRateHz * ms) / 1000;
}

function toneSample(n: number, total: number): number {
  const ramp = Math.min(1, n / samplesOf(rampMs), (total - 1 - n) / samplesOf(rampMs));
  return Math.round(peak * ramp * 32767 * Math.sin((2 * Math.PI * toneHz * n) / toneFormat.sampleRateHz));
}

/** Plays the tone to its end; aborting silences it. Rejects with SpeechError E_DEVICE where the sink cannot take it. */
export async function playTone(sink: AudioSink, signal: AbortSignal): Promise<{ playedSamples: number }> {
  const stop = () => sink.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const refusal = sink.refuses(toneFormat);
    if (refusal !== undefined) throw new SpeechError('E_DEVICE', refusal);
    for (const chunk of toneChunks()) {
      signal.throwIfAborted();
      await sink.write(chunk);
    }
    await sink.drain();
    return { playedSamples: sink.position().playedSamples };
  } catch (thrown) {
    sink.abort();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
