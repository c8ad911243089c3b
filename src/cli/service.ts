import { toSpeechError } from '../errors.ts';
import type { WireWatcher } from '../session/options.ts';
import type { ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { openTrace } from './trace.ts';
import { wireLog } from './wire-log.ts';
import { type SpeakParts, wireSpeak } from './wiring.ts';

/** A service that is wired up, and who watches its connections. */
export interface OpenService {
  readonly parts: SpeakParts;
  /** A watcher for one session: of the trace, of `--debug wire`, of both; undefined where nobody looks. */
  watcher(): WireWatcher | undefined;
  close(): Promise<void>;
}

/** The trace first: a file that cannot be written is told before there is a server to close. */
export async function openService(
  choice: ProviderChoice,
  flags: { readonly trace?: string; readonly debug: readonly string[] },
  running: Running,
): Promise<OpenService> {
  const { clock, log, secrets } = running;
  const trace = flags.trace === undefined ? undefined : await openTrace(flags.trace, clock, secrets);
  const closeTrace = async () => trace?.close();
  try {
    const parts = await wireSpeak(choice, running);
    secrets.add(parts.credentials.key);
    return {
      parts,
      watcher: () =>
        watchTogether([
          ...(trace ? [trace.watcher(parts.service.name, parts.credentials.key !== undefined)] : []),
          ...(flags.debug.includes('wire') ? [wireLog(log)] : []),
        ]),
      close: () => closeAll(() => parts.close(), closeTrace),
    };
  } catch (thrown) {
    await closeTrace();
    throw thrown;
  }
}

function watchTogether(watchers: readonly WireWatcher[]): WireWatcher | undefined {
  const [first, second] = watchers;
  if (!first || !second) return first;
  const tell = (what: (watcher: WireWatcher) => void) => {
    for (const watcher of watchers) what(watcher);
  };
  return {
    opened: (request, settings) => tell((watcher) => watcher.opened(request, settings)),
    sent: (frame, atMs) => tell((watcher) => watcher.sent(frame, atMs)),
    received: (frame, atMs) => tell((watcher) => watcher.received(frame, atMs)),
    command: (command) => tell((watcher) => watcher.command(command)),
    event: (event) => tell((watcher) => watcher.event(event)),
    closed: (code, reason) => tell((watcher) => watcher.closed(code, reason)),
  };
}

/** Closes one thing after another; a failure of one is no reason to leave the next open. */
export async function closeAll(...closers: (() => Promise<unknown>)[]): Promise<void> {
  let failure: unknown;
  for (const close of closers) {
    try {
      await close();
    } catch (thrown) {
      failure ??= thrown;
    }
  }
  if (failure !== undefined) throw toSpeechError(failure);
}
