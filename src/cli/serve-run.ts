import { SpeechError } from '../errors.ts';
import type { Running } from './running.ts';
import type { ServeFlags } from './serve.ts';
import { closeAll } from './service.ts';
import { openTrace } from './trace.ts';
import { wireServer } from './wiring.ts';

/** `vox serve`, once its flags are read: serves until SIGINT or SIGTERM, which end it with 0. */
export async function runServe(flags: ServeFlags, running: Running): Promise<undefined> {
  const { io, signal, reporter, secrets } = running;
  const key = (flags.key ?? io.env.VOX_SERVE_KEY)?.trim();
  // A variable that was never set (`--key "$KEY"`) must not mean a server that lets anyone in.
  if (key === '') throw new SpeechError('E_USAGE', 'the key of the server is empty', { todo: 'give one, or none' });
  secrets.add(key);
  const served = await openServer({ ...flags, ...(key !== undefined && { key }) }, running);
  const { url, wsUrl } = served.server;
  const lines = [
    `vox serves SLNG text to speech on ${wsUrl} (${url}/healthz)`,
    `  ${wsUrl}/v1/tts/slng/deepgram/aura:2-en`,
    `  ${wsUrl}/v1/bridges/unmute/tts/slng/deepgram/aura:2-en`,
    'For vox itself:',
    `  export VOX_ENDPOINT=${wsUrl}`,
    // The key is the user's own, and is not repeated on a screen or in a log.
    ...(key === undefined ? [] : ['  export SLNG_API_KEY=…   # the key that you gave']),
    'Ctrl-C ends it.',
  ];
  if (flags.json)
    io.stdout.write(
      `${JSON.stringify({ event: 'serving', url, wsUrl, port: served.server.port, keyed: key !== undefined })}\n`,
    );
  else if (!flags.quiet) io.stdout.write(`${lines.join('\n')}\n`);
  else io.stdout.write(`${wsUrl}\n`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await served.close();
  if (signal.reason instanceof SpeechError && signal.reason.code !== 'E_INTERRUPTED') throw signal.reason;
  reporter.note('the server has ended');
  return undefined;
}

/** The trace first: a file that cannot be written is told before there is a server. */
async function openServer({ trace: path, ...wishes }: ServeFlags, running: Running) {
  const trace = path === undefined ? undefined : await openTrace(path, running.clock, running.secrets);
  const closeTrace = async () => trace?.close();
  try {
    const served = await wireServer({ ...wishes, ...(trace && { watch: trace.serverWatcher }) }, running);
    return { server: served.server, close: () => closeAll(served.close, closeTrace) };
  } catch (thrown) {
    await closeTrace();
    throw thrown;
  }
}
