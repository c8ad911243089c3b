import type { Running } from './running.ts';

/** A file opens in less; a pipe may be silent for ever. */
const patienceMs = 3000;

/** Says on stderr what is waited for, where that takes long: a person shall not take it for a hang. */
export async function sayingWait<T>(
  opening: Promise<T>,
  name: string,
  { clock, reporter }: { clock: Running['clock']; reporter: Pick<Running['reporter'], 'note'> },
): Promise<T> {
  const say = () => reporter.note(`waiting for audio from ${name}; Ctrl-C ends it`);
  const timer = clock.after(patienceMs, say, { background: true });
  try {
    return await opening;
  } finally {
    timer.cancel();
  }
}
