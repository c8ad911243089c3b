import { SpeechError } from '../../errors.ts';
import type { AudioChunk, AudioFormat } from '../format.ts';
import type { AudioSink, PlayPosition } from '../sink.ts';

/** Eleven minutes of 24 kHz linear16: more than any service leaves unacknowledged. */
const mostHeldBytes = 32 * 1024 * 1024;

/** A sink that keeps what is not whole yet. */
export interface HoldingSink extends AudioSink {
  /** Gives out what is held, whole or not. */
  release(): Promise<void>;
}

class Holding implements HoldingSink {
  readonly #sink: AudioSink;
  readonly #mostBytes: number;
  #held: AudioChunk[] = [];
  #heldBytes = 0;
  /** Too much came without a checkpoint: some of it is out, and cannot be taken back. */
  #overflowed = false;

  constructor(sink: AudioSink, mostBytes: number) {
    this.#sink = sink;
    this.#mostBytes = mostBytes;
  }

  refuses(format: AudioFormat): string | undefined {
    return this.#sink.refuses(format);
  }

  write(chunk: AudioChunk): Promise<void> | void {
    if (this.#overflowed) return this.#sink.write(chunk);
    this.#held.push(chunk);
    this.#heldBytes += chunk.bytes.length;
    if (this.#heldBytes <= this.#mostBytes) return;
    this.#overflowed = true;
    return this.release();
  }

  async checkpoint(): Promise<void> {
    this.#overflowed = false;
    await this.release();
  }

  takeBack(): void {
    if (this.#overflowed) {
      throw new SpeechError('E_CLOSED', 'the connection was lost, and what had been said is out already', {
        todo: `nothing was acknowledged for ${Math.round(this.#mostBytes / 1024 / 1024)} MiB: write a file instead`,
      });
    }
    this.#drop();
  }

  async release(): Promise<void> {
    const held = this.#held;
    this.#drop();
    for (const chunk of held) await this.#sink.write(chunk);
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  async drain(): Promise<void> {
    await this.release();
    await this.#sink.drain();
  }

  abort(): void {
    this.#drop();
    this.#sink.abort();
  }

  position(): PlayPosition {
    return this.#sink.position();
  }
}

/**
 * Before a sink that cannot take anything back (a pipe, a program that compresses): holds what came until a checkpoint
 * says that it is whole, and at most `mostBytes` of it.
 */
export function holdingSink(sink: AudioSink, mostBytes = mostHeldBytes): HoldingSink {
  return new Holding(sink, mostBytes);
}
