import { randomBytes } from 'node:crypto';
import type { Encoding } from '../audio/format.ts';
import type { Credentials } from '../speech/connect.ts';
import type { ListenService, SpeakService } from '../speech/service.ts';
import type { Connect } from '../transport/transport.ts';
import { dialects } from './dialects.ts';
import type { ProviderChoice } from './providers.ts';
import { checkRecogniser, type Means, type ServerWishes, wireEngine, wireServer } from './wire-server.ts';

export type { Means } from './wire-server.ts';

/** The concrete parts that a session needs. This file and wire-server.ts are the only ones that pick them. */
export interface ServiceParts {
  readonly service: SpeakService | ListenService;
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly connect: Connect;
  close(): Promise<void>;
}

export interface SpeakParts extends ServiceParts {
  readonly service: SpeakService;
  /** Whether the service sends this; mp3, opus and vorbis are else made here, by the ffmpeg program. */
  readonly sends: (encoding: Encoding) => boolean;
}

export interface ListenParts extends ServiceParts {
  readonly service: ListenService;
}

/** The models that mean the engines here; paths, as the routes want them. */
const localModels = { speak: 'local/flite', listen: 'local/pocketsphinx' } as const;

/** What a dry run needs: the dialect and its address, and no server. */
export type DryParts = Pick<SpeakParts, 'service' | 'baseUrl' | 'credentials' | 'sends'>;
export type DryListenParts = Pick<ListenParts, 'service' | 'baseUrl' | 'credentials'>;

export async function wireDry(choice: ProviderChoice): Promise<DryParts> {
  const service = await speakServiceOf(choice);
  return { service, ...dryAddress(choice, service), sends: sendsOf(service) };
}

export async function wireDryListen(choice: ProviderChoice): Promise<DryListenParts> {
  const service = await listenServiceOf(choice);
  return { service, ...dryAddress(choice, service) };
}

function dryAddress(choice: ProviderChoice, { traits }: SpeakService | ListenService) {
  if (choice.provider === 'local') return { baseUrl: 'ws://127.0.0.1', credentials: { key: 'made-at-random' } };
  return { baseUrl: choice.endpoint ?? traits.defaults.baseUrl, credentials: choice.credentials };
}

/** The local server is spoken to in SLNG's dialect. */
function dialectOf({ provider }: ProviderChoice) {
  return dialects[provider === 'local' ? 'slng' : provider]();
}

async function speakServiceOf(choice: ProviderChoice): Promise<SpeakService> {
  const { speak } = await dialectOf(choice);
  return choice.provider === 'local' ? localSpeak(speak) : speak;
}

async function listenServiceOf(choice: ProviderChoice): Promise<ListenService> {
  const { listen } = await dialectOf(choice);
  return choice.provider === 'local' ? localListen(listen) : listen;
}

/** A server of our own in a process of its own, instead of one in this process. */
export interface ServerApart {
  readonly wsUrl: string;
  readonly key: string;
}

export async function wireSpeak(choice: ProviderChoice, means: Means, apart?: ServerApart): Promise<SpeakParts> {
  const service = await speakServiceOf(choice);
  const isLocal = choice.provider === 'local';
  const parts = await (isLocal ? local({ engine: 'local' }, means, apart) : remote(choice, service, means));
  return { service, ...parts, sends: sendsOf(service) };
}

/**
 * Where the local one is wanted, rejects with E_RECOGNISER if nothing is installed that it could be, with E_UNSUPPORTED
 * if that does not have the language: the wire has no words of its own for either.
 */
export async function wireListen(
  choice: ProviderChoice,
  means: Means,
  language?: string,
  apart?: ServerApart,
): Promise<ListenParts> {
  const service = await listenServiceOf(choice);
  if (choice.provider !== 'local') return { service, ...(await remote(choice, service, means)) };
  await checkRecogniser(means, language);
  return { service, ...(await local({ recogniser: 'local' }, means, apart)) };
}

async function connector({ clock }: Means): Promise<Connect> {
  const { createWebSocketConnect } = await import('../transport/websocket.ts');
  return createWebSocketConnect(clock);
}

/** The proxy that stands between here and an address, for a person. Rejects with E_USAGE where what is named is none. */
export async function proxyTo(address: string): Promise<{ proxy?: string }> {
  const { proxyBefore } = await import('../transport/proxy.ts');
  const proxy = proxyBefore(address);
  return proxy === undefined ? {} : { proxy: proxy.name };
}

async function remote(choice: ProviderChoice, { traits }: SpeakService | ListenService, means: Means) {
  const baseUrl = choice.endpoint ?? traits.defaults.baseUrl;
  // Each connection finds it anew; one that cannot be used is told before there is anything to clean up.
  await proxyTo(baseUrl);
  return {
    baseUrl,
    credentials: choice.credentials,
    connect: await connector(means),
    close: async () => {},
  };
}

/** With no key: the same server as `vox serve`, in this process or apart, spoken to over a real socket. */
async function local(engines: Pick<ServerWishes, 'engine' | 'recogniser'>, means: Means, apart?: ServerApart) {
  if (apart) {
    const credentials: Credentials = { key: apart.key, via: 'header' };
    return { baseUrl: apart.wsUrl, credentials, connect: await connector(means), close: async () => {} };
  }
  const key = randomBytes(24).toString('base64url');
  const wishes = { host: '127.0.0.1', port: 0, key, private: true, ...engines };
  const [connect, served] = await Promise.all([connector(means), wireServer(wishes, means)]);
  const credentials: Credentials = { key, via: 'header' };
  return { baseUrl: served.server.wsUrl, credentials, connect, close: served.close };
}

function sendsOf({ traits }: SpeakService): SpeakParts['sends'] {
  return (encoding) => traits.encodings.includes(encoding);
}

/**
 * SLNG's dialect with our own engine's model; the voice is the engine's to choose, by the language. What is compressed
 * is made at this end: one ffmpeg for a file, where the server has one for a flush.
 */
function localSpeak(service: SpeakService): SpeakService {
  const { baseUrl, format } = service.traits.defaults;
  const defaults = { baseUrl, format, model: localModels.speak };
  return { ...service, traits: { ...service.traits, encodings: ['linear16', 'mulaw', 'alaw'], defaults } };
}

/** On a direct route results carry words, if no speakers; and our own server takes audio as fast as it is recognised. */
function localListen(service: ListenService): ListenService {
  const defaults = { ...service.traits.defaults, model: localModels.listen, route: 'direct' };
  return { ...service, traits: { ...service.traits, pace: 'fast', diarize: false, defaults } };
}

/** The voices of the engine here. */
export async function localVoices(means: Means) {
  const engine = await wireEngine(means);
  try {
    return await engine.voices();
  } finally {
    await engine.close();
  }
}

/** What the engine here makes of texts, linear16 mono, in the voice that is understood best. */
export async function localSpeech(means: Means, sampleRateHz: number) {
  const engine = await wireEngine(means);
  const format = { encoding: 'linear16', sampleRateHz, channels: 1 } as const;
  return {
    async speak(text: string, signal: AbortSignal): Promise<Uint8Array> {
      const pieces: Uint8Array[] = [];
      const request = { text, voice: 'rms', speed: 1, language: 'en', format };
      for await (const output of engine.synthesize(request, signal)) if ('bytes' in output) pieces.push(output.bytes);
      return Buffer.concat(pieces);
    },
    close: () => engine.close(),
  };
}
