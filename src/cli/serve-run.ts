import { findFfmpeg } from '../audio/ffmpeg.ts';
import { errorTable, SpeechError } from '../errors.ts';
import type { Running } from './running.ts';
import type { ServeFlags } from './serve.ts';
import { clientLines, clientSettings } from './serve-clients.ts';
import { type FaultPlan, faultList, faultsOf } from './serve-faults.ts';
import { closeAll } from './service.ts';
import { openTrace } from './trace.ts';
import { findRecogniser, wireServer } from './wire-server.ts';

/** `vox serve`, once its flags are read: serves until SIGINT or SIGTERM, which end it with 0. */
export async function runServe(flags: ServeFlags, running: Running): Promise<undefined> {
  const { io, signal, reporter, secrets } = running;
  if (flags.faults.includes('?')) {
    io.stdout.write(faultList());
    return undefined;
  }
  const faults = faultsOf(flags.faults);
  const key = (flags.key ?? io.env.VOX_SERVE_KEY)?.trim();
  // A variable that was never set (`--key "$KEY"`) must not mean a server that lets anyone in.
  if (key === '') throw new SpeechError('E_USAGE', 'the key of the server is empty', { todo: 'give one, or none' });
  secrets.add(key);
  const missing = flags.engine === 'local' ? (await findRecogniser(running)).missing : undefined;
  const served = await openServer({ ...flags, ...(key !== undefined && { key }) }, faults, running);
  const { url, wsUrl, port } = served.server;
  tell({ ...flags, url, wsUrl, port, keyed: key !== undefined, missing, faults }, running);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
    if (flags.untilStdinEnds) for (const end of ['end', 'error', 'close']) io.stdin.once(end, resolve).resume();
  });
  await served.close();
  if (signal.reason instanceof SpeechError && signal.reason.code !== 'E_INTERRUPTED') throw signal.reason;
  reporter.note('the server has ended');
  return undefined;
}

interface Served extends Pick<ServeFlags, 'json' | 'quiet' | 'bounds'> {
  readonly url: string;
  readonly wsUrl: string;
  readonly port: number;
  readonly keyed: boolean;
  /** Of the recogniser, in words. */
  readonly missing: string | undefined;
  readonly faults: FaultPlan | undefined;
}

/** Says on stdout where the server is, what it can do, and what clients need to be told. */
function tell(served: Served, { io }: Running): void {
  const { json, quiet, url, wsUrl, port, keyed, missing, bounds, faults } = served;
  const { listeners: maxListeners } = bounds;
  const listens = missing === undefined;
  const telnyxDefault = findFfmpeg() === undefined ? 'linear16' : 'mp3';
  const lines = [
    `vox serves SLNG, Deepgram and Telnyx, text to speech and speech to text, on ${wsUrl} (${url}/healthz)`,
    listens
      ? `It listens to ${maxListeners} at once.`
      : `It cannot listen: pocketsphinx is not installed here (missing ${missing}).\n  → ${errorTable.E_RECOGNISER.todo}`,
    telnyxDefault === 'mp3'
      ? "As Telnyx does, it sends mp3 to a client of Telnyx's that names no audio_format."
      : "It sends linear16 to a client of Telnyx's that names no audio_format, not mp3: there is no ffmpeg here.",
    'What to set:',
    ...clientLines(served),
    // The key is the user's own, and is not repeated on a screen or in a log.
    keyed ? 'Every client needs the key that you gave.' : 'Any key is taken, and none.',
    ...(faults ? [`It goes wrong as it was told to, with seed=${faults.seed}.`] : []),
    'Ctrl-C ends it.',
  ];
  const event = {
    ...{ event: 'serving', url, wsUrl, port, keyed, listens, ...(listens ? { maxListeners } : { missing }) },
    ...{ telnyxDefault, clients: clientSettings(served) },
    ...(faults && { faultSeed: faults.seed }),
  };
  io.stdout.write(json ? `${JSON.stringify(event)}\n` : `${quiet ? wsUrl : lines.join('\n')}\n`);
}

/** The trace first: a file that cannot be written is told before there is a server. */
async function openServer({ trace: path, ...flags }: ServeFlags, faults: FaultPlan | undefined, running: Running) {
  const trace = path === undefined ? undefined : await openTrace(path, running.clock, running.secrets);
  const closeTrace = async () => trace?.close();
  try {
    const { allowOrigin: origins, allowHost: hosts, bounds: limits } = flags;
    const { faults: _, ...rest } = flags;
    const wishes = { ...rest, recogniser: flags.engine, origins, hosts, limits, ...(faults && { faults }) };
    const served = await wireServer({ ...wishes, ...(trace && { watch: trace.serverWatcher }) }, running);
    return { server: served.server, close: () => closeAll(served.close, closeTrace) };
  } catch (thrown) {
    await closeTrace();
    throw thrown;
  }
}
