import type { Recogniser, RecogniserSettings, RecogniserStream, Recognition } from '../../../src/engine/recogniser.ts';
import { SpeechError } from '../../../src/errors.ts';

/** Sound whose text can be read: every character is one sample, its UTF-16 code. */
export function sound(words: string): Buffer {
  return Buffer.from(words, 'utf16le');
}

/**
 * One stream that hears what `sound` says. By itself it gives an interim of what is open at each write, a final at a
 * full stop, at `finalize` and at `end`. A test may hold its writes, put in results of its own, or make it fail.
 */
export class FakeStream implements RecogniserStream {
  readonly settings: RecogniserSettings;
  readonly warnings: readonly string[];
  readonly calls: string[] = [];
  readonly results: AsyncIterable<Recognition>;
  samples = 0;
  heard = '';
  isOpen = true;
  /** What it returns from a write; it must resolve before the next. */
  hold: (() => Promise<void>) | undefined;
  #open = '';
  #openFrom = 0;
  #queue: (Recognition | Error)[] = [];
  #ended = false;
  #wake: () => void = () => {};

  constructor(settings: RecogniserSettings, warnings: readonly string[]) {
    this.settings = settings;
    this.warnings = warnings;
    this.results = this.#iterate();
  }

  async *#iterate(): AsyncGenerator<Recognition> {
    while (this.isOpen) {
      const next = this.#queue.shift();
      if (next instanceof Error) throw next;
      if (next) yield next;
      else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  give(...results: (Recognition | Error)[]): void {
    this.#queue.push(...results);
    this.#wake();
  }

  /** No more results. By itself it does so after `end`. */
  finish(): void {
    this.#ended = true;
    this.#wake();
  }

  write(samples: Int16Array): Promise<void> | undefined {
    const text = String.fromCharCode(...samples);
    this.calls.push(`write ${samples.length}`);
    this.heard += text;
    for (const character of text) {
      this.samples++;
      this.#open += character;
      if (character === '.') this.#final({ endOfUtterance: true, fromFinalize: false });
    }
    if (this.settings.interim && this.#open !== '') this.give({ type: 'interim', ...this.#stretch() });
    return this.hold?.();
  }

  #stretch() {
    const [startMs, endMs] = [this.#ms(this.#openFrom), this.#ms(this.samples)];
    const text = this.#open.trim();
    const words = text === '' ? [] : [{ text, startMs, endMs, confidence: 0.5 }];
    return { startMs, endMs, text, words, confidence: words.length === 0 ? 0 : 0.5 };
  }

  #ms(samples: number): number {
    return (samples / this.settings.sampleRateHz) * 1000;
  }

  #final(how: { endOfUtterance: boolean; fromFinalize: boolean }): void {
    this.give({ type: 'final', ...how, ...this.#stretch() });
    this.#open = '';
    this.#openFrom = this.samples;
  }

  finalize(): void {
    this.calls.push('finalize');
    this.#final({ endOfUtterance: false, fromFinalize: true });
  }

  end(): void {
    this.calls.push('end');
    if (this.#open !== '') this.#final({ endOfUtterance: false, fromFinalize: false });
    this.#ended = true;
    this.#wake();
  }

  close(): void {
    this.calls.push('close');
    this.isOpen = false;
    this.#wake();
  }
}

export class FakeRecogniser implements Recogniser {
  readonly name = 'ears';
  readonly languages: readonly string[] = ['en-US', 'en-GB'];
  readonly streams: FakeStream[] = [];
  warnings: readonly string[] = [];
  /** Must resolve before a stream is open; what it throws makes the opening fail. */
  opening: () => Promise<void> | undefined = () => undefined;
  asked = 0;
  /** A look at each stream before it is used. */
  prepare: (stream: FakeStream) => void = () => {};

  get underWay(): number {
    return this.streams.filter(({ calls }) => !calls.includes('close')).length;
  }

  /** The stream opened last. */
  get stream(): FakeStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error('no stream was opened');
    return stream;
  }

  async open(settings: RecogniserSettings): Promise<FakeStream> {
    this.asked++;
    await this.opening();
    if (settings.language?.startsWith('xx')) throw new SpeechError('E_UNSUPPORTED', 'xx is not understood here');
    const stream = new FakeStream(settings, this.warnings);
    this.prepare(stream);
    this.streams.push(stream);
    return stream;
  }

  async close(): Promise<void> {}
}
