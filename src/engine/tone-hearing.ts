import type { RecognisedWord, RecogniserSettings, Recognition } from './recogniser.ts';
import { type Ending, Results } from './results.ts';
import { quietestTone, readTone } from './tones.ts';

/** How often silence is looked at, ms of audio. */
const askMs = 10;

/** An utterance without a pause is cut here: its words are told anew with each, and kept till its end. */
const mostUtteranceMs = 15 * 60_000;

/** Reads words from tones, and tells them as a recogniser does. */
export class ToneHearing {
  readonly #settings: RecogniserSettings;
  readonly #results: Results;
  readonly #toneSamples: number;
  readonly #askSamples: number;
  /** What could not be read yet, which begins at the sample `#at`. */
  #rest = new Int16Array(0);
  #at = 0;
  /** The run of tones being read: where it began, and how many of them were read. */
  #runStart = 0;
  #runTones = 0;
  #words: RecognisedWord[] = [];
  /** The bytes of the word being read. */
  #bytes: number[] = [];
  #wordStartMs = 0;
  #utteranceStartMs = 0;
  #speaking = false;
  #speechEndMs = 0;

  constructor(settings: RecogniserSettings, msPerChar: number, emit: (result: Recognition) => void) {
    this.#settings = settings;
    this.#toneSamples = (settings.sampleRateHz * msPerChar) / 1000;
    this.#askSamples = Math.round((settings.sampleRateHz * askMs) / 1000);
    this.#results = new Results(settings, emit);
  }

  push(samples: Int16Array): void {
    const input = new Int16Array(this.#rest.length + samples.length);
    input.set(this.#rest);
    input.set(samples, this.#rest.length);
    let from = 0;
    for (;;) {
      const step = this.#step(input, from);
      if (step === 0) break;
      from += step;
    }
    this.#rest = input.slice(from);
  }

  finalize(): void {
    this.#skipRest();
    this.#final({ fromFinalize: true });
  }

  end(): void {
    this.#skipRest();
    if (this.#speaking) this.#final({});
  }

  get #nowMs(): number {
    return (this.#at * 1000) / this.#settings.sampleRateHz;
  }

  /** Reads a tone, or passes a sample of something else; gives the samples that it took, 0 where more are wanted. */
  #step(input: Int16Array, from: number): number {
    if (from === input.length) return 0;
    if (Math.abs(input[from] ?? 0) < quietestTone) return this.#pass();
    const length = Math.round(this.#runStart + (this.#runTones + 1) * this.#toneSamples) - this.#at;
    if (input.length - from < length) return 0;
    const byte = readTone(input.subarray(from, from + length));
    if (byte === undefined) return this.#pass();
    this.#tone(byte, length);
    return length;
  }

  #tone(byte: number, samples: number): void {
    const startMs = this.#nowMs;
    this.#at += samples;
    this.#runTones += 1;
    if (!this.#speaking) {
      this.#results.speechStarted(startMs);
      this.#utteranceStartMs = startMs;
    }
    this.#speaking = true;
    this.#speechEndMs = this.#nowMs;
    if (byte <= 0x20) this.#endWord(startMs);
    else {
      if (this.#bytes.length === 0) this.#wordStartMs = startMs;
      this.#bytes.push(byte);
    }
    if (this.#nowMs - this.#utteranceStartMs >= mostUtteranceMs) {
      this.#endWord(this.#nowMs);
      this.#final({});
    }
  }

  /** One sample of silence, or of noise. */
  #pass(): number {
    if (this.#bytes.length > 0) this.#endWord(this.#nowMs);
    this.#at += 1;
    this.#runStart = this.#at;
    this.#runTones = 0;
    const nowMs = this.#nowMs;
    const { endpointingMs } = this.#settings;
    if (this.#speaking && endpointingMs !== false && nowMs - this.#speechEndMs >= endpointingMs) {
      this.#final({ endOfUtterance: true });
    }
    if (this.#at % this.#askSamples === 0) {
      if (!this.#speaking || endpointingMs === false) this.#results.quiet(this.#speechEndMs, nowMs);
      this.#results.soFar(this.#words, nowMs);
    }
    return 1;
  }

  #endWord(endMs: number): void {
    if (this.#bytes.length === 0) return;
    const text = new TextDecoder().decode(Uint8Array.from(this.#bytes));
    this.#bytes = [];
    this.#words = [...this.#words, { text, startMs: this.#wordStartMs, endMs, confidence: 1 }];
    this.#results.soFar(this.#words, this.#nowMs);
  }

  /** What is left is less than a tone, and says nothing. */
  #skipRest(): void {
    if (this.#bytes.length > 0) this.#endWord(this.#nowMs);
    this.#at += this.#rest.length;
    this.#rest = new Int16Array(0);
    this.#runStart = this.#at;
    this.#runTones = 0;
  }

  #final(how: Ending): void {
    this.#results.final(this.#words, this.#nowMs, how);
    this.#words = [];
    this.#speaking = false;
  }
}
