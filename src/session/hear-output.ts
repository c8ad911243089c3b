import type { ListenOutput } from './listen-options.ts';
import { AsyncQueue } from './queue.ts';

/** What nobody has taken, about as many bytes: above the first figure it is full, below the second there is room again. */
const fullAbove = 1024 * 1024;
const roomBelow = 256 * 1024;

/** What was heard, between the socket and whoever reads it. */
export function createHearOutput(onFull: (full: boolean) => void, onReturn: () => void): AsyncQueue<ListenOutput> {
  const onWeight = () => {
    if (queue.weight > fullAbove) onFull(true);
    else if (queue.weight < roomBelow) onFull(false);
  };
  const queue = new AsyncQueue<ListenOutput>(weightOf, onWeight, onReturn);
  return queue;
}

function weightOf(output: ListenOutput): number {
  if (!('text' in output)) return 64;
  return 64 + 2 * output.text.length + 64 * (output.words?.length ?? 0);
}
