import { mp3HeaderAt } from './mp3-header.ts';

const headerBytes = 4;

/**
 * Steps from frame to frame through an MP3 stream, and counts what lies between them: the decoder finds its way over
 * such bytes without a word. What follows the last frame (tags) does not count.
 */
export class Mp3Walk {
  readonly #sampleRateHz: number;
  /** How far away the next frame is, and the bytes that are too few to tell whether they begin one. */
  #ahead = 0;
  #held: Uint8Array = new Uint8Array();
  #loose = 0;
  #lostBytes = 0;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  get lostBytes(): number {
    return this.#lostBytes;
  }

  push(bytes: Uint8Array): void {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    let at = this.#ahead;
    while (at + headerBytes <= all.length) at += this.#step(all, at);
    this.#ahead = Math.max(0, at - all.length);
    this.#held = new Uint8Array(all.subarray(at));
  }

  #step(bytes: Uint8Array, at: number): number {
    const header = mp3HeaderAt(bytes, at);
    if (header?.sampleRateHz !== this.#sampleRateHz) {
      this.#loose += 1;
      return 1;
    }
    this.#lostBytes += this.#loose;
    this.#loose = 0;
    return header.frameBytes;
  }
}
