import type { AudioFormat } from '../../src/audio/format.ts';
import { wavHeader } from '../../src/audio/wav-header.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';

export const rateHz = 16_000;
const mono: AudioFormat = { encoding: 'linear16', sampleRateHz: rateHz, channels: 1 };

/**
 * Sound that the scripted recogniser reads back exactly, 16 kHz: texts in the tones of the scripted engine (10 ms a
 * byte), numbers as so many ms of silence.
 */
export async function spoken(...parts: readonly (string | number)[]): Promise<Int16Array> {
  const engine = createScriptedEngine();
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    if (typeof part === 'number') {
      pieces.push(new Uint8Array(2 * 16 * part));
      continue;
    }
    const request = { text: part, voice: 'scripted', speed: 1, language: 'en', format: mono };
    for await (const output of engine.synthesize(request, new AbortController().signal)) {
      if ('bytes' in output) pieces.push(new Uint8Array(output.bytes));
    }
  }
  return new Int16Array(new Uint8Array(Buffer.concat(pieces)).buffer);
}

/** A WAV file, the channels side by side; a shorter one is silent at its end. */
export function wavOf(...channels: readonly Int16Array[]): Buffer {
  const frames = Math.max(...channels.map(({ length }) => length));
  const samples = new Int16Array(frames * channels.length);
  for (const [channel, own] of channels.entries()) {
    for (const [frame, sample] of own.entries()) samples[frame * channels.length + channel] = sample;
  }
  const header = wavHeader({ ...mono, channels: channels.length }, samples.byteLength);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}

/** A WAV file of a hum, which no recogniser takes for words. */
export function humming(ms: number): Buffer {
  return wavOf(Int16Array.from({ length: ms * 16 }, (_, i) => 500 * Math.sin(i / 10)));
}
