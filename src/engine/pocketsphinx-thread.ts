import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { PocketsphinxFiles } from './pocketsphinx-files.ts';
import type { FromWorker, ToWorker, WorkerStart } from './pocketsphinx-messages.ts';

/** A worker that was told to end first ends what it is at: at most the end of a long utterance. */
const quitWithinMs = 3000;

export interface ThreadOptions {
  readonly workerPath: string;
  readonly files: PocketsphinxFiles;
  readonly clock: Clock;
}

/** Who uses a thread: the stream that it works for. */
export interface ThreadUser {
  receive(message: FromWorker): void;
  lost(error: SpeechError): void;
}

/** A worker thread with a decoder of its own. It keeps the process alive only while it is held. */
export class DecoderThread {
  /** Rejects with E_RECOGNISER where the decoder cannot be loaded, E_ENGINE where the thread ends before. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #stopCell: Int32Array;
  readonly #clock: Clock;
  readonly #exited: Promise<void>;
  #user: ThreadUser | undefined;
  #lost: SpeechError | undefined;
  #settle: (error?: SpeechError) => void = () => {};

  constructor({ workerPath, files, clock }: ThreadOptions) {
    const stop = new SharedArrayBuffer(4);
    const workerData: WorkerStart = { files, stop };
    this.#stopCell = new Int32Array(stop);
    this.#clock = clock;
    this.#worker = new Worker(workerPath, { workerData });
    this.ready = new Promise((resolve, reject) => {
      this.#settle = (error) => (error ? reject(error) : resolve());
    });
    // A spare may fail with nobody waiting for it: who takes it later is told then.
    this.ready.catch(() => {});
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    // A listener for messages keeps the process alive, so that this comes after it.
    this.#worker.unref();
    this.#worker.on('error', (error) => this.#lose(lostError(error.message, error)));
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#exited.then(() => this.#lose(lostError('the worker ended')));
  }

  /** It has not failed, and was not told to end. */
  get usable(): boolean {
    return this.#lost === undefined;
  }

  get exited(): Promise<void> {
    return this.#exited;
  }

  hold(): void {
    this.#worker.ref();
  }

  /** From now on the user gets what the worker says, until another takes over. */
  serve(user: ThreadUser | undefined): void {
    this.#user = user;
    if (user && this.#lost) user.lost(this.#lost);
    if (!user) this.#worker.unref();
  }

  send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    if (this.usable) this.#worker.postMessage(message, transfer);
  }

  /** Makes the worker skip what it still has of the stream `id`. */
  drop(id: number): void {
    Atomics.store(this.#stopCell, 0, id);
  }

  /** Frees the decoder and ends the thread. A user that is left is told `why`. */
  quit(why = lostError('it was told to end')): void {
    this.send({ type: 'quit' });
    this.#lose(why);
  }

  #receive(message: FromWorker): void {
    if (!this.usable) return;
    if (message.type === 'ready') this.#settle();
    else if (message.type !== 'failed') this.#user?.receive(message);
    else {
      this.#settle(new SpeechError('E_RECOGNISER', `pocketsphinx could not be loaded: ${message.message}`));
      this.quit(new SpeechError('E_ENGINE', `pocketsphinx failed: ${message.message}`));
    }
  }

  /** The first reason counts. What native code holds on to is not cut off before it had time to end. */
  #lose(error: SpeechError): void {
    if (this.#lost) return;
    this.#lost = error;
    this.#settle(error);
    this.#user?.lost(error);
    const timer = this.#clock.after(quitWithinMs, () => this.#worker.terminate(), { background: true });
    this.#exited.then(() => timer.cancel());
  }
}

function lostError(reason: string, cause?: unknown): SpeechError {
  return new SpeechError('E_ENGINE', `the recogniser's worker was lost: ${reason}`, { cause });
}
