import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { FliteJob, FromWorker, ToWorker, WorkerStart } from './flite-messages.ts';
import type { SliceQueue } from './stream.ts';
import { WaitingLine } from './waiting-line.ts';

/**
 * A job that was told to stop ends at its next samples, some ms later; only while flite still reads the text (0.15 s
 * for the longest piece) does it not look. What takes longer than this has lost its way, and its worker is replaced.
 */
const stopWithinMs = 500;

export interface FlitePoolOptions {
  readonly module: Promise<WebAssembly.Module>;
  readonly workerPath: string;
  /** The most workers there may be, at least 1. */
  readonly size: number;
  readonly clock: Clock;
  readonly log: Log;
}

interface Task {
  readonly job: FliteJob;
  readonly queue: SliceQueue;
  readonly wantedAtMs: number;
}

/** One worker thread; `task` is what it works on, `stopping` the patience with one that was called off. */
interface Slot {
  readonly worker: Worker;
  readonly stopCell: Int32Array;
  ready: boolean;
  task: Task | undefined;
  stopping: Timer | undefined;
}

/**
 * Worker threads that run flite, a job at a time each. One is started at once, so that it comes up while the module is
 * still being compiled; others when two jobs are waiting, for one is done sooner than a worker starts (some 40 ms).
 */
export class FlitePool {
  readonly #options: FlitePoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #ended = new Set<Promise<unknown>>();
  readonly #waiting = new WaitingLine<Task>();
  #lastId = 0;
  /** Why nothing more is taken. */
  #refusal: SpeechError | undefined;

  constructor(options: FlitePoolOptions) {
    this.#options = options;
    this.#add();
  }

  /** Makes the job's audio into the queue, in its turn by `wantedAtMs` (of the clock); what it returns calls it off. */
  submit(job: Omit<FliteJob, 'id'>, queue: SliceQueue, wantedAtMs = this.#options.clock.now()): () => void {
    if (this.#refusal) {
      queue.fail(this.#refusal);
      return () => {};
    }
    this.#lastId += 1;
    const task = { job: { ...job, id: this.#lastId }, queue, wantedAtMs };
    this.#waiting.add(task);
    this.#assign();
    return () => this.#cancel(task);
  }

  async close(): Promise<void> {
    this.#refuse(new SpeechError('E_ENGINE', 'the engine was closed'));
    for (const slot of this.#slots) this.#drop(slot);
    await Promise.all(this.#ended);
  }

  #assign(): void {
    for (const slot of this.#slots) {
      if (!slot.ready || slot.task) continue;
      const task = this.#waiting.take();
      if (!task) return;
      slot.task = task;
      slot.worker.ref();
      send(slot.worker, { type: 'speak', job: task.job });
    }
    const none = this.#slots.size === 0 && this.#waiting.length > 0;
    if (none || (this.#waiting.length > 1 && this.#slots.size < this.#options.size && this.#allReady())) this.#add();
  }

  #allReady(): boolean {
    return [...this.#slots].every((slot) => slot.ready);
  }

  #add(): void {
    const stop = new SharedArrayBuffer(4);
    const workerData: WorkerStart = { stop };
    // Slices of sound are its only garbage; V8 would let 30 MB of them lie (measured: a book's peak, 1.34 → 1.25).
    const resourceLimits = { maxYoungGenerationSizeMb: 4 };
    const worker = new Worker(this.#options.workerPath, { workerData, resourceLimits });
    const slot: Slot = {
      worker,
      stopCell: new Int32Array(stop),
      ready: false,
      task: undefined,
      stopping: undefined,
    };
    this.#slots.add(slot);
    worker.on('message', (message: FromWorker) => this.#receive(slot, message));
    // After the listener: whoever listens keeps the process alive.
    worker.unref();
    worker.on('error', (error) => this.#lost(slot, error));
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#ended.add(ended);
    ended.then(() => {
      this.#ended.delete(ended);
      this.#lost(slot, new Error('the worker ended'));
    });
    this.#options.module.then(
      (module) => {
        if (!this.#slots.has(slot)) return;
        send(worker, { type: 'module', module });
        slot.ready = true;
        this.#assign();
      },
      (error) => {
        this.#refuse(error);
        this.#drop(slot);
      },
    );
    this.#options.log('audio', () => `flite: worker ${this.#slots.size} started`);
  }

  #receive(slot: Slot, message: FromWorker): void {
    // One that was told to end may still have this to say. To let go of it now would let the process end before it.
    if (!this.#slots.has(slot)) return;
    const queue = slot.task?.queue;
    if (message.type === 'slice') queue?.push(message.bytes);
    else {
      if (message.type === 'done') queue?.end();
      else queue?.fail(new SpeechError('E_ENGINE', message.message));
      this.#release(slot);
    }
  }

  /** The worker is free again. */
  #release(slot: Slot): void {
    slot.stopping?.cancel();
    slot.stopping = undefined;
    slot.task = undefined;
    slot.worker.unref();
    this.#assign();
  }

  #cancel(task: Task): void {
    this.#waiting.remove(task);
    for (const slot of this.#slots) {
      if (slot.task !== task || slot.stopping) continue;
      Atomics.store(slot.stopCell, 0, task.job.id);
      slot.stopping = this.#options.clock.after(stopWithinMs, () => this.#lost(slot, new Error('it does not stop')));
    }
  }

  /** A worker that died or must: its job fails, and another is started where one is wanted. */
  #lost(slot: Slot, error: Error): void {
    if (!this.#slots.has(slot)) return;
    this.#options.log('audio', () => `flite: a worker was lost: ${error.message}`);
    slot.task?.queue.fail(new SpeechError('E_ENGINE', `flite's worker was lost: ${error.message}`, { cause: error }));
    this.#drop(slot);
    this.#assign();
  }

  #drop(slot: Slot): void {
    this.#slots.delete(slot);
    slot.stopping?.cancel();
    slot.worker.terminate();
  }

  #refuse(error: SpeechError): void {
    this.#refusal ??= error;
    for (const { queue } of this.#waiting.takeAll()) queue.fail(error);
    for (const { task } of this.#slots) task?.queue.fail(error);
  }
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
