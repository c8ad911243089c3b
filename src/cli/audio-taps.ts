import { type AudioChunk, durationMs } from '../audio/format.ts';

type Chunks = AsyncIterable<AudioChunk>;

/** The audio up to there; a chunk that goes beyond it is cut. */
export async function* limited(chunks: Chunks, limitMs: number): AsyncIterable<AudioChunk> {
  let heardMs = 0;
  for await (const chunk of chunks) {
    const lastsMs = durationMs(chunk.format, chunk.bytes.length) ?? 0;
    const wholeSamples = Math.floor(((limitMs - heardMs) * chunk.format.sampleRateHz) / 1000);
    heardMs += lastsMs;
    if (heardMs < limitMs) {
      yield chunk;
      continue;
    }
    const bytes = chunk.bytes.subarray(0, wholeSamples * 2);
    if (bytes.length > 0) yield { ...chunk, bytes };
    return;
  }
}

/** Says of a chunk whether somebody speaks in it. */
export type Hears = (chunk: AudioChunk) => boolean;

/** The audio until, after speech, nobody has spoken for so long. While nobody has spoken at all, it goes on. */
export async function* untilSilent(chunks: Chunks, hears: Hears, silenceMs: number): AsyncIterable<AudioChunk> {
  let silentMs: number | undefined;
  for await (const chunk of chunks) {
    yield chunk;
    const lastsMs = durationMs(chunk.format, chunk.bytes.length) ?? 0;
    if (hears(chunk)) silentMs = 0;
    else if (silentMs !== undefined) silentMs += lastsMs;
    if (silentMs !== undefined && silentMs >= silenceMs) return;
  }
}

/** Hands every chunk to `notice` first, and waits for it. */
export async function* noticed(
  chunks: Chunks,
  notice: (chunk: AudioChunk) => Promise<void>,
): AsyncGenerator<AudioChunk> {
  for await (const chunk of chunks) {
    await notice(chunk);
    yield chunk;
  }
}
