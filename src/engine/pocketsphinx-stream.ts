import type { SpeechError } from '../errors.ts';
import type { FromWorker } from './pocketsphinx-messages.ts';
import type { DecoderThread, ThreadUser } from './pocketsphinx-thread.ts';
import { Queue } from './queue.ts';
import { mostUnreadResults, type RecogniserSettings, type RecogniserStream, type Recognition } from './recogniser.ts';

/** Audio that may wait in the worker before the writer is asked to wait, ms. */
const aheadMs = 2000;

/** One stream, heard by a thread that it has for itself until `over` is called. */
export class PocketsphinxStream implements RecogniserStream, ThreadUser {
  readonly warnings: readonly string[];
  readonly results: AsyncIterable<Recognition>;
  readonly #queue = new Queue<Recognition>();
  readonly #thread: DecoderThread;
  readonly #id: number;
  readonly #aheadSamples: number;
  readonly #over: () => void;
  /** Samples that the worker has not yet heard. */
  #waiting = 0;
  #goOn: (() => void)[] = [];
  #state: 'open' | 'ending' | 'closing' | 'over' = 'open';

  constructor(
    thread: DecoderThread,
    options: { id: number; settings: RecogniserSettings; warnings: readonly string[]; over: () => void },
  ) {
    this.#thread = thread;
    this.#id = options.id;
    this.#over = options.over;
    this.#aheadSamples = (options.settings.sampleRateHz * aheadMs) / 1000;
    this.warnings = options.warnings;
    this.results = this.#queue.read();
    thread.serve(this);
    thread.send({ type: 'open', id: options.id, settings: options.settings });
  }

  write(samples: Int16Array): Promise<void> | undefined {
    if (this.#state !== 'open' || samples.length === 0) return undefined;
    const copy = new Int16Array(samples);
    this.#waiting += copy.length;
    this.#thread.send({ type: 'audio', samples: copy }, [copy.buffer]);
    const read = this.#queue.room(mostUnreadResults);
    if (this.#waiting <= this.#aheadSamples) return read;
    const taken = new Promise<void>((resolve) => this.#goOn.push(resolve));
    return read ? taken.then(() => read) : taken;
  }

  finalize(): void {
    if (this.#state === 'open') this.#thread.send({ type: 'finalize' });
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#thread.send({ type: 'end' });
  }

  close(): void {
    if (this.#state === 'over' || this.#state === 'closing') return;
    this.#state = 'closing';
    this.#queue.cut();
    this.#thread.drop(this.#id);
    this.#thread.send({ type: 'close' });
    this.#free();
  }

  receive(message: FromWorker): void {
    if (message.type === 'result') this.#queue.push(message.result);
    else if (message.type === 'taken') {
      this.#waiting -= message.samples;
      if (this.#waiting <= this.#aheadSamples) this.#free();
    } else if (message.type === 'ended') this.#finish();
  }

  lost(error: SpeechError): void {
    this.#queue.fail(error);
    this.#finish();
  }

  /** Lets every writer go on. */
  #free(): void {
    const waiting = this.#goOn;
    this.#goOn = [];
    for (const goOn of waiting) goOn();
  }

  #finish(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#queue.end();
    this.#free();
    this.#over();
  }
}
