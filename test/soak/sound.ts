import type { FileSink, SpeakOutput } from '../../src/index.ts';

export class Unequal extends Error {}

/** Sees each piece right before it is compared: what is taken back earlier is seen by nobody. */
export type Look = (bytes: Uint8Array) => Uint8Array;

/** Holds sound against what it must be, byte for byte, as it comes. */
export class Comparison {
  readonly #expected: Uint8Array;
  readonly #look: Look;
  #at = 0;
  #wholeAt = 0;

  constructor(expected: Uint8Array, look: Look) {
    this.#expected = expected;
    this.#look = look;
  }

  get bytes(): number {
    return this.#at;
  }

  take(given: Uint8Array): void {
    const bytes = this.#look(given);
    if (Buffer.compare(this.#expected.subarray(this.#at, this.#at + bytes.length), bytes) !== 0) {
      throw new Unequal(`the sound differs between bytes ${this.#at} and ${this.#at + bytes.length}`);
    }
    this.#at += bytes.length;
  }

  checkpoint(): void {
    this.#wholeAt = this.#at;
  }

  takeBack(): void {
    this.#at = this.#wholeAt;
  }

  /** It was all. */
  end(): void {
    if (this.#at === this.#expected.length) return;
    throw new Unequal(`${this.#at} bytes of sound instead of ${this.#expected.length}`);
  }
}

/** Whoever takes the sound of a turn. */
export interface Taker {
  /** Otherwise a connection that is lost is the end of the turn. */
  readonly takesBack: boolean;
  take(output: SpeakOutput): Promise<void> | void;
  end(): Promise<void>;
}

/** What takes sound back by forgetting it. */
export function forgetting(comparison: Comparison): Taker {
  return {
    takesBack: true,
    take(output) {
      if (output.type === 'audio') comparison.take(output.chunk.bytes);
      else if (output.type !== 'words') comparison[output.type]();
    },
    end: async () => comparison.end(),
  };
}

/** As behind a pipe: nothing is given on before its checkpoint. */
export function holding(comparison: Comparison): Taker {
  let held: Uint8Array[] = [];
  const release = () => {
    for (const bytes of held) comparison.take(bytes);
    held = [];
  };
  return {
    takesBack: true,
    take(output) {
      if (output.type === 'audio') held.push(output.chunk.bytes);
      else if (output.type === 'checkpoint') release();
      else if (output.type === 'takeBack') held = [];
    },
    async end() {
      release();
      comparison.end();
    },
  };
}

/** Takes nothing back. */
export function plain(comparison: Comparison): Taker {
  return { ...forgetting(comparison), takesBack: false };
}

/** Into a file, which is read at the end. */
export function filing(sink: FileSink, check: () => Promise<void>): Taker {
  return {
    takesBack: true,
    async take(output) {
      if (output.type === 'audio') await sink.write(output.chunk);
      else if (output.type === 'checkpoint') await sink.checkpoint?.();
      else if (output.type === 'takeBack') await sink.takeBack?.();
    },
    async end() {
      await sink.drain();
      await check();
    },
  };
}
