import { SpeechError } from '../errors.ts';
import type { Log } from '../log.ts';
import { DecoderThread, type ThreadOptions } from './pocketsphinx-thread.ts';

export interface PoolOptions extends ThreadOptions {
  /** Whether another decoder is made ready as soon as one is taken. */
  readonly spare: boolean;
  /** The most threads there may be, with those that are ending; who wants another waits. Left out: as many as asked for. */
  readonly most?: number;
  readonly log: Log;
}

/** Decoder threads, as many as there are streams, and at most one more that waits for the next. */
export class DecoderPool {
  readonly #options: PoolOptions;
  readonly #threads = new Set<DecoderThread>();
  #waiting: DecoderThread | undefined;
  /** Calls of `take` that wait for a thread to be given back or to end. */
  #freed: (() => void)[] = [];
  #closed = false;

  /** The first decoder is loaded at once. */
  constructor(options: PoolOptions) {
    this.#options = options;
    this.#waiting = this.#start();
  }

  /** A thread whose decoder is ready, held for the caller. Rejects as `DecoderThread.ready` does. */
  async take(): Promise<DecoderThread> {
    let thread = this.#claim();
    while (thread === undefined) {
      await new Promise<void>((resolve) => this.#freed.push(resolve));
      thread = this.#claim();
    }
    await thread.ready;
    // Two that load at once take longer than one after the other until the first is ready.
    if (this.#options.spare && !this.#closed && this.#hasRoom) this.#waiting ??= this.#start();
    return thread;
  }

  get #hasRoom(): boolean {
    return this.#threads.size < (this.#options.most ?? Number.POSITIVE_INFINITY);
  }

  #claim(): DecoderThread | undefined {
    if (this.#closed) throw closedError();
    const waiting = this.#waiting?.usable ? this.#waiting : undefined;
    if (waiting === undefined && !this.#hasRoom) return undefined;
    const thread = waiting ?? this.#start();
    this.#waiting = undefined;
    thread.hold();
    return thread;
  }

  #wake(): void {
    for (const goOn of this.#freed.splice(0)) goOn();
  }

  /** The thread has nothing to do any more. */
  giveBack(thread: DecoderThread): void {
    // Whoever closes the pool waits for it, and holds it until it has ended.
    if (this.#closed) return;
    thread.serve(undefined);
    if (!thread.usable || this.#waiting?.usable) thread.quit();
    else this.#waiting = thread;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    const threads = [...this.#threads];
    for (const thread of threads) {
      thread.hold();
      thread.quit(closedError());
    }
    await Promise.all(threads.map((thread) => thread.exited));
  }

  #start(): DecoderThread {
    const thread = new DecoderThread(this.#options);
    this.#threads.add(thread);
    thread.exited.then(() => {
      this.#threads.delete(thread);
      this.#wake();
    });
    this.#options.log('audio', () => `pocketsphinx: decoder ${this.#threads.size} started`);
    return thread;
  }
}

function closedError(): SpeechError {
  return new SpeechError('E_ENGINE', 'the engine was closed');
}
