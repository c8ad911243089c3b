import type { AudioFormat } from '../audio/format.ts';
import { frameBytes } from '../audio/format.ts';
import type { SynthesisOutput, WordMark } from './engine.ts';

/** Bytes of audio (whole samples), or when a word in it is spoken. */
type Slice = Uint8Array | WordMark;

/** Slices on their way from who makes them to who reads them; made faster than read, they wait here. */
export class SliceQueue {
  #slices: Slice[] = [];
  #outcome: { readonly error?: unknown } | undefined;
  #wake: () => void = () => {};

  push(slice: Slice): void {
    if (this.#outcome) return;
    this.#slices.push(slice);
    this.#wake();
  }

  end(): void {
    this.#finish({});
  }

  /** The reader gets what was pushed before, then the error. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** The reader gets the reason at once, and nothing more. */
  abort(reason: unknown): void {
    this.#slices = [];
    this.#outcome = { error: reason };
    this.#wake();
  }

  #finish(outcome: { readonly error?: unknown }): void {
    this.#outcome ??= outcome;
    this.#wake();
  }

  async *read(): AsyncGenerator<Slice> {
    for (;;) {
      const slice = this.#slices.shift();
      if (slice) yield slice;
      else if (this.#outcome && 'error' in this.#outcome) throw this.#outcome.error;
      else if (this.#outcome) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

/** Starts making audio into the queue; what it returns stops that, and does nothing once it has ended. */
export type Work = (queue: SliceQueue) => () => void;

interface Running {
  readonly queue: SliceQueue;
  stop(): void;
}

function start(work: Work, signal: AbortSignal): Running {
  const queue = new SliceQueue();
  if (signal.aborted) {
    queue.abort(signal.reason);
    return { queue, stop: () => {} };
  }
  const cancel = work(queue);
  const onAbort = () => {
    cancel();
    queue.abort(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    queue,
    stop() {
      signal.removeEventListener('abort', onAbort);
      cancel();
    },
  };
}

/** The audio of one request whose parts are made one after another. The first is started now, the others when read. */
export function streamOf(
  works: readonly Work[],
  format: AudioFormat,
  signal: AbortSignal,
): AsyncIterable<SynthesisOutput> {
  const [first, ...others] = works;
  return first ? read(start(first, signal), others, format, signal) : nothing();
}

async function* nothing(): AsyncGenerator<SynthesisOutput> {}

async function* read(
  first: Running,
  others: readonly Work[],
  format: AudioFormat,
  signal: AbortSignal,
): AsyncGenerator<SynthesisOutput> {
  const sampleBytes = frameBytes(format) ?? 1;
  const waiting = [...others];
  let running: Running | undefined = first;
  let firstSample = 0;
  while (running) {
    try {
      for await (const slice of running.queue.read()) {
        if (!(slice instanceof Uint8Array)) yield slice;
        else {
          yield { format, bytes: slice, firstSample };
          firstSample += slice.length / sampleBytes;
        }
      }
    } finally {
      running.stop();
    }
    const next = waiting.shift();
    running = next && start(next, signal);
  }
}
