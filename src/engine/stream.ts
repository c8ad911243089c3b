import type { AudioFormat } from '../audio/format.ts';
import { frameBytes } from '../audio/format.ts';
import type { SynthesisOutput, WordMark } from './engine.ts';
import { Queue } from './queue.ts';

/** Bytes of audio (whole samples), or when a word in it is spoken. */
type Slice = Uint8Array | WordMark;

/** Slices on their way from a synthesizer to who reads them. */
export class SliceQueue extends Queue<Slice> {}

/**
 * Starts making audio into the queue; what it returns stops that, and does nothing once it has ended.
 * @param afterMs how much audio of the request there is before it
 */
export type Work = (queue: SliceQueue, afterMs: number) => () => void;

interface Running {
  readonly queue: SliceQueue;
  stop(): void;
}

function start(work: Work, afterMs: number, signal: AbortSignal): Running {
  const queue = new SliceQueue();
  if (signal.aborted) {
    queue.abort(signal.reason);
    return { queue, stop: () => {} };
  }
  const cancel = work(queue, afterMs);
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
  return first ? read(start(first, 0, signal), others, format, signal) : nothing();
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
    running = next && start(next, (firstSample * 1000) / format.sampleRateHz, signal);
  }
}
