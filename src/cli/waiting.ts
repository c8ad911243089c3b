import { SpeechError } from '../errors.ts';
import type { Running } from './running.ts';

/** A file opens in less; a pipe may be silent for ever. */
const patienceMs = 3000;

/** Whose audio is waited for, and how long: `--timeout`, in seconds. */
export interface Awaited {
  readonly name: string;
  readonly timeout: number;
}

/**
 * Opens audio, and gives up with E_AUDIO when none has come in time. Where it takes long, what is waited for is said on
 * stderr: a person shall not take it for a hang.
 */
export async function firstAudio<T>(
  open: (signal: AbortSignal) => Promise<T>,
  { name, timeout }: Awaited,
  { clock, reporter, signal }: Pick<Running, 'clock' | 'signal'> & { reporter: Pick<Running['reporter'], 'note'> },
): Promise<T> {
  const late = new AbortController();
  const giveUp = () => {
    const todo = 'see what writes into it, or raise --timeout';
    late.abort(new SpeechError('E_AUDIO', `no audio came from ${name} in ${timeout} s`, { todo }));
  };
  const say = () => reporter.note(`waiting for audio from ${name}; Ctrl-C ends it`);
  const timers = [
    clock.after(patienceMs, say, { background: true }),
    clock.after(timeout * 1000, giveUp, { background: true }),
  ];
  try {
    return await open(AbortSignal.any([signal, late.signal]));
  } finally {
    for (const timer of timers) timer.cancel();
  }
}
