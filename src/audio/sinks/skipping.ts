import { type AudioChunk, type AudioFormat, frameBytes } from '../format.ts';
import type { AudioSink, PlayPosition } from '../sink.ts';

class Skipping implements AudioSink {
  readonly #sink: AudioSink;
  /** Handed on since the last checkpoint. */
  #bytes = 0;
  /** Of what comes next, what was handed on before. */
  #skipBytes = 0;

  constructor(sink: AudioSink) {
    this.#sink = sink;
  }

  refuses(format: AudioFormat): string | undefined {
    return this.#sink.refuses(format);
  }

  write(chunk: AudioChunk): Promise<void> | void {
    const fresh = this.#skipBytes === 0 ? chunk : this.#fresh(chunk);
    this.#bytes += fresh.bytes.length;
    return fresh.bytes.length === 0 ? undefined : this.#sink.write(fresh);
  }

  #fresh(chunk: AudioChunk): AudioChunk {
    const skipped = Math.min(this.#skipBytes, chunk.bytes.length);
    this.#skipBytes -= skipped;
    const samples = skipped / (frameBytes(chunk.format) ?? 1);
    const firstSample = chunk.firstSample === undefined ? undefined : chunk.firstSample + samples;
    return { ...chunk, bytes: chunk.bytes.subarray(skipped), firstSample };
  }

  checkpoint(): void {
    this.#bytes = 0;
    this.#skipBytes = 0;
  }

  takeBack(): void {
    this.#skipBytes = this.#bytes;
  }

  drain(): Promise<void> {
    return this.#sink.drain();
  }

  abort(): void {
    this.#sink.abort();
  }

  position(): PlayPosition {
    return this.#sink.position();
  }
}

/**
 * Before a loudspeaker: what it was given is heard, or will be, and cannot be taken back. When a part of a turn comes
 * again, as much of that as was given is left out.
 */
export function skippingSink(sink: AudioSink): AudioSink {
  return new Skipping(sink);
}
