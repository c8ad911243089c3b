import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Synthesizer, VoiceInfo } from '../engine/engine.ts';
import type { Log } from '../log.ts';
import type { ServerOptions } from '../server/options.ts';
import type { SpeakService } from '../speech/service.ts';
import type { Credentials } from '../speech/speak.ts';
import type { Connect } from '../transport/transport.ts';
import type { ProviderChoice } from './providers.ts';
import { version } from './version.ts';

/** The concrete parts that speech out needs. This file is the only one that picks them. */
export interface SpeakParts {
  readonly service: SpeakService;
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly connect: Connect;
  /** Whether mp3 and opus come from the service; else the ffmpeg program makes them here. */
  readonly sendsCompressed: boolean;
  close(): Promise<void>;
}

/** The model that means the engine here; a path, as the routes want it. */
const localModel = 'local/flite';

interface Means {
  readonly clock: Clock;
  readonly log: Log;
}

/** The engine of this machine. Loaded on first use: most of what it costs is reading 21 MB of WebAssembly. */
export async function wireEngine({ clock, log }: Means) {
  const { createLocalEngine } = await import('../engine/local.ts');
  return createLocalEngine({ clock, log });
}

/** The dialects that the server answers, all on one port. */
export async function wireServices(): Promise<readonly SpeakService[]> {
  const { slngSpeak } = await import('../dialects/slng/index.ts');
  return [slngSpeak];
}

/** What a dry run needs: the dialect and its address, and no server. */
export type DryParts = Pick<SpeakParts, 'service' | 'baseUrl' | 'credentials' | 'sendsCompressed'>;

export async function wireDry(choice: ProviderChoice): Promise<DryParts> {
  const { slngSpeak } = await import('../dialects/slng/index.ts');
  const local = choice.provider === 'local';
  return {
    service: local ? localService(slngSpeak) : slngSpeak,
    baseUrl: local ? 'ws://127.0.0.1' : (choice.endpoint ?? slngSpeak.traits.defaults.baseUrl),
    credentials: local ? { key: 'made-at-random' } : choice.credentials,
    sendsCompressed: !local,
  };
}

export async function wireSpeak(choice: ProviderChoice, means: Means): Promise<SpeakParts> {
  const [{ slngSpeak }, { createWebSocketConnect }] = await Promise.all([
    import('../dialects/slng/index.ts'),
    import('../transport/websocket.ts'),
  ]);
  const connect = createWebSocketConnect(means.clock);
  if (choice.provider === 'local') return wireLocal(slngSpeak, connect, means);
  return {
    service: slngSpeak,
    baseUrl: choice.endpoint ?? slngSpeak.traits.defaults.baseUrl,
    credentials: choice.credentials,
    connect,
    sendsCompressed: true,
    close: async () => {},
  };
}

/** With no key: the same server as `vox serve`, in this process, spoken to over a real socket. */
async function wireLocal(service: SpeakService, connect: Connect, means: Means): Promise<SpeakParts> {
  const key = randomBytes(24).toString('base64url');
  const served = await wireServer({ host: '127.0.0.1', port: 0, key, engine: 'local' }, means);
  return {
    service: localService(service),
    baseUrl: served.server.wsUrl,
    credentials: { key, via: 'header' },
    connect,
    sendsCompressed: false,
    close: served.close,
  };
}

export interface ServerWishes {
  readonly host: string;
  readonly port: number;
  readonly key?: string;
  readonly engine: 'local' | 'scripted';
  readonly slngAudio?: 'binary' | 'json';
  readonly slngCase?: 'slng' | 'deepgram';
  readonly watch?: ServerOptions['watch'];
}

/** The server and the engine behind it. */
export async function wireServer(wishes: ServerWishes, means: Means) {
  // The engine first: it starts reading and compiling while the server's code is loaded.
  const engine = await (wishes.engine === 'local' ? wireEngine(means) : wireScripted(means));
  try {
    const server = await startWired(wishes, means, engine);
    return {
      server,
      close: async () => {
        await server.close();
        await engine.close();
      },
    };
  } catch (thrown) {
    // Its workers would keep the process alive.
    await engine.close();
    throw thrown;
  }
}

async function startWired(wishes: ServerWishes, means: Means, engine: Synthesizer) {
  const [{ startServer }, services] = await Promise.all([import('../server/server.ts'), wireServices()]);
  return startServer({
    ...means,
    host: wishes.host,
    port: wishes.port,
    ...(wishes.key !== undefined && { key: wishes.key }),
    services,
    engine,
    ids: randomId,
    today: () => new Date(),
    version,
    ...(wishes.watch && { watch: wishes.watch }),
    style: {
      ...(wishes.slngAudio && { audio: wishes.slngAudio }),
      ...(wishes.slngCase && { casing: wishes.slngCase }),
    },
  });
}

async function wireScripted({ clock }: Means) {
  const { createScriptedEngine } = await import('../engine/scripted.ts');
  return createScriptedEngine({ clock });
}

/** SLNG's dialect with our own engine's model; the voice is the engine's to choose, by the language. */
function localService(service: SpeakService): SpeakService {
  const { baseUrl, format } = service.traits.defaults;
  return { ...service, traits: { ...service.traits, defaults: { baseUrl, format, model: localModel } } };
}

export function randomId(): string {
  return randomBytes(12).toString('hex');
}

/** The voices of the engine here. */
export async function localVoices(means: Means): Promise<readonly VoiceInfo[]> {
  const engine = await wireEngine(means);
  try {
    return await engine.voices();
  } finally {
    await engine.close();
  }
}
