import { readFileSync } from 'node:fs';

/**
 * What a terminal makes signals of. One that gives single keys gives these as well, to the process in front alone: a
 * recorder or the other end of a pipe is not stopped with it.
 */
const signals: Partial<Record<string, NodeJS.Signals>> = { '\x03': 'SIGINT', '\x1a': 'SIGTSTP', '\x1c': 'SIGQUIT' };

/** Calls `onKey` for each key pressed at the terminal of stdin, until what it returns is called. */
export function readKeys(onKey: (key: string) => void): (() => void) | undefined {
  const { stdin } = process;
  if (!stdin.isTTY || isInBackground()) return undefined;
  const onData = (bytes: Buffer) => {
    for (const key of bytes.toString('utf8')) {
      const signal = signals[key];
      if (signal === undefined) onKey(key);
      else raise(signal);
    }
  };
  // Whoever has the terminal after that finds it as it was.
  const raise = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT') stdin.setRawMode(false);
    process.kill(process.pid, signal);
  };
  // After `bg` the terminal is another's; after `fg` ours again, in whatever state.
  const onContinue = () => {
    if (isInBackground()) stdin.pause();
    else stdin.setRawMode(false).setRawMode(true).resume();
  };
  process.on('SIGCONT', onContinue);
  stdin.setRawMode(true).on('data', onData);
  return () => {
    process.off('SIGCONT', onContinue);
    stdin.off('data', onData).setRawMode(false).pause();
  };
}

/** Setting up the terminal would stop a process that somebody put into the background (`vox listen &`). */
function isInBackground(): boolean {
  try {
    // Behind the name, which may hold anything: state, parent, group, session, terminal, the group in front.
    const fields = readFileSync('/proc/self/stat', 'latin1').replace(/^.*\)/s, '').trim().split(' ');
    return fields[2] !== fields[5];
  } catch {
    // Only Linux tells; elsewhere it is taken for the usual case.
    return false;
  }
}
