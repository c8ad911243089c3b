import { toSpeechError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { WireWatcher } from '../session/options.ts';
import type { SessionFlags } from './flags.ts';
import type { ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { openTrace, type Trace } from './trace.ts';
import { wireLog } from './wire-log.ts';
import type { Means, ServiceParts, SpeakParts } from './wiring.ts';

/** A service that is wired up, and who watches its connections. */
export interface OpenService<Parts extends ServiceParts = SpeakParts> {
  readonly parts: Parts;
  /** A watcher for one session: of the trace, of `--debug wire`, of both; undefined where nobody looks. */
  watcher(): WireWatcher | undefined;
  close(): Promise<void>;
}

/** The trace first: a file that cannot be written is told before there is a server to close. */
export async function openService<Parts extends ServiceParts>(
  choice: ProviderChoice,
  flags: { readonly trace?: string; readonly debug: readonly string[] },
  running: Running,
  wire: (choice: ProviderChoice, means: Means) => Promise<Parts>,
): Promise<OpenService<Parts>> {
  const { clock, log, secrets } = running;
  const trace = flags.trace === undefined ? undefined : await openTrace(flags.trace, clock, secrets);
  const closeTrace = async () => trace?.close();
  try {
    const parts = await wire(choice, running);
    secrets.add(parts.credentials.key);
    return {
      parts,
      watcher: () => watcherOf(parts, trace, flags, log),
      close: () => closeAll(() => parts.close(), closeTrace),
    };
  } catch (thrown) {
    await closeTrace();
    throw thrown;
  }
}

/** A watcher for one session. */
export function watcherOf(
  { service, credentials }: ServiceParts,
  trace: Trace | undefined,
  { debug }: { readonly debug: readonly string[] },
  log: Log,
): WireWatcher | undefined {
  return watchTogether([
    ...(trace ? [trace.watcher(service, credentials.key !== undefined)] : []),
    ...(debug.includes('wire') ? [wireLog(log)] : []),
  ]);
}

/** What a session of either direction needs of the command that holds it, from the flags and the service. */
export function commonOptions(
  { clock, log, reporter, signal }: Running,
  { parts, watcher: watch }: Pick<OpenService<ServiceParts>, 'parts' | 'watcher'>,
  flags: Pick<SessionFlags, 'timeout' | 'connectTimeout' | 'reconnect' | 'maxReconnects'>,
) {
  const watcher = watch();
  const { reconnect, maxReconnects: max = 0 } = flags;
  return {
    credentials: parts.credentials,
    connect: parts.connect,
    clock,
    log,
    signal,
    timeouts: { frameMs: flags.timeout * 1000, connectMs: flags.connectTimeout * 1000 },
    onWarning: (warning: { code: string; message: string }) => reporter.warning(warning),
    ...(watcher && { watcher }),
    ...(reconnect && { reconnect: { max } }),
  };
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
    another: () => watchTogether(watchers.map((watcher) => watcher.another?.() ?? watcher)) ?? first,
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
