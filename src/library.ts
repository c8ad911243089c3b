import type { AudioChunk } from './audio/format.ts';
import type { AudioSink } from './audio/sink.ts';
import { openSpeaker as openLoudspeaker, type SpeakerOptions, type SpeakerSink } from './audio/sinks/speaker.ts';
import type { AudioSource } from './audio/source.ts';
import { type Microphone, type MicrophoneOptions, openMicrophone as openRecorder } from './audio/sources/microphone.ts';
import { systemClock } from './clock.ts';
import { deepgramListen, deepgramSpeak } from './dialects/deepgram/index.ts';
import { slngListen, slngSpeak } from './dialects/slng/index.ts';
import { telnyxListen, telnyxSpeak } from './dialects/telnyx/index.ts';
import { SpeechError } from './errors.ts';
import { noLog } from './log.ts';
import { hear } from './session/hearing.ts';
import type { Hearing, ListenOptions, Pace } from './session/listen-options.ts';
import type { SessionOptions, TurnOptions } from './session/options.ts';
import { openSpeakSession, type SpeakSession, type SpeakTurn } from './session/speak-session.ts';
import type { TurnResult } from './session/turn.ts';
import type { Credentials } from './speech/connect.ts';
import type { ListenSettings } from './speech/listen.ts';
import type { ListenService, SpeakService } from './speech/service.ts';
import type { SpeakSettings } from './speech/speak.ts';
import { cutSpans } from './text/spans.ts';
import { createWebSocketConnect } from './transport/websocket.ts';

export type ProviderName = 'slng' | 'deepgram' | 'telnyx';

export interface Provider {
  readonly speak: SpeakService;
  readonly listen: ListenService;
  /** The environment variable that holds a key where none is given. */
  readonly keyVariable: string;
}

/** The services, in both directions of speech. */
export const providers: Readonly<Record<ProviderName, Provider>> = {
  slng: { speak: slngSpeak, listen: slngListen, keyVariable: 'SLNG_API_KEY' },
  deepgram: { speak: deepgramSpeak, listen: deepgramListen, keyVariable: 'DEEPGRAM_API_KEY' },
  telnyx: { speak: telnyxSpeak, listen: telnyxListen, keyVariable: 'TELNYX_API_KEY' },
};

/** Which service, where, with which key. */
export interface ServiceChoice {
  /** `slng` where it is left out. */
  readonly provider?: ProviderName | undefined;
  /** Another server, `vox serve` for one: scheme, host, an optional prefix. */
  readonly endpoint?: string | undefined;
  /** By default what the provider's variable holds (`SLNG_API_KEY`, …). */
  readonly key?: string | undefined;
  readonly via?: Credentials['via'];
}

/** Throws E_USAGE for a provider that is none, E_KEY where there is neither a key nor an endpoint. */
function choose({ provider = 'slng', endpoint, key, via }: ServiceChoice) {
  if (!Object.hasOwn(providers, provider)) {
    const todo = `one of: ${Object.keys(providers).join(', ')}`;
    throw new SpeechError('E_USAGE', `unknown provider '${provider}'`, { todo });
  }
  const { speak, listen, keyVariable } = providers[provider];
  const secret = key ?? process.env[keyVariable];
  if (!secret && !endpoint) {
    throw new SpeechError('E_KEY', `no key for ${provider}`, { todo: `give one, or set ${keyVariable}` });
  }
  return {
    speak,
    listen,
    parts: {
      credentials: { ...(secret && { key: secret }), ...(via && { via }) },
      connect: createWebSocketConnect(systemClock),
      clock: systemClock,
    },
  };
}

/** What `connectSpeech` takes; all else has the defaults of `vox say`. */
export interface SpeechOptions extends Partial<Omit<SpeakSettings, 'baseUrl'>>, ServiceChoice {
  readonly session?: Partial<
    Pick<SessionOptions, 'timeouts' | 'signal' | 'flush' | 'limits' | 'reconnect' | 'watcher' | 'onWarning' | 'log'>
  >;
}

/**
 * A session of speech out. The service is asked to speak at clauses unless `session.flush` says otherwise, which with
 * `speakText` is the first clause, then sentences. Throws E_USAGE, E_KEY; what fails later fails the turn.
 */
export function connectSpeech(options: SpeechOptions = {}): SpeakSession {
  const { provider, endpoint, key, via, session, ...settings } = options;
  const { speak, parts } = choose({ provider, endpoint, key, ...(via && { via }) });
  const { format, model, voice, baseUrl } = speak.traits.defaults;
  return openSpeakSession({
    flush: 'clause',
    ...session,
    ...parts,
    service: speak,
    settings: {
      format,
      model,
      ...(voice !== undefined && !settings.model && { voice }),
      ...settings,
      baseUrl: endpoint || baseUrl,
    },
  });
}

/** What `hearSpeech` takes; all else has the defaults of `vox transcribe`. */
export interface HearOptions extends Partial<Omit<ListenSettings, 'baseUrl'>>, ServiceChoice {
  /** How fast recorded audio goes out; what the service takes where it is left out. */
  readonly pace?: Pace;
  readonly session?: Partial<
    Pick<ListenOptions, 'timeouts' | 'signal' | 'reconnect' | 'watcher' | 'onWarning' | 'onProgress' | 'log'>
  >;
}

/**
 * Hears audio: what `openAudio` or `openMicrophone` gives, or chunks of your own, linear16 16 kHz mono unless `format`
 * says otherwise. To be iterated for what is said. Throws E_USAGE, E_KEY; what fails later fails the iteration.
 */
export function hearSpeech(audio: AudioSource | AsyncIterable<AudioChunk>, options: HearOptions = {}): Hearing {
  const { provider, endpoint, key, via, session, pace, ...settings } = options;
  const { listen, parts } = choose({ provider, endpoint, key, ...(via && { via }) });
  const { format, model, route, baseUrl } = listen.traits.defaults;
  const source = 'chunks' in audio ? audio : undefined;
  const chosenPace = pace ?? (source?.live ? 'live' : undefined);
  return hear(
    {
      ...session,
      ...parts,
      service: listen,
      settings: {
        format: source?.format ?? format,
        model,
        ...(route !== undefined && { route }),
        interim: true,
        words: true,
        ...settings,
        baseUrl: endpoint || baseUrl,
      },
      ...(chosenPace !== undefined && { pace: chosenPace }),
    },
    'chunks' in audio ? audio.chunks(session?.signal ?? new AbortController().signal) : audio,
  );
}

export interface SpeakTextOptions extends TurnOptions {
  readonly language?: string;
  /** The text is markdown, and is turned into speech. */
  readonly markdown?: boolean;
  /** Cut the first sentence at a clause, for an early first sound; on by default. */
  readonly eager?: boolean;
  /** Pronunciation rules that are applied on this side (`createRewriter`). */
  readonly rewrite?: (text: string) => string;
}

/**
 * Speaks text, whole or as a model streams it: a turn, to be iterated for its sound. A sentence is sent when the
 * text that follows it begins, at a line's end, or at the end of the text.
 */
export function speakText(
  session: SpeakSession,
  text: string | Iterable<string> | AsyncIterable<string>,
  options: SpeakTextOptions = {},
): SpeakTurn {
  const { language, markdown = false, eager = true, rewrite, ...turn } = options;
  const source = typeof text === 'string' ? [text] : text;
  const cut = { eager, markdown, ...(language !== undefined && { language }), ...(rewrite && { rewrite }) };
  return session.speak(cutSpans(source, cut), turn);
}

/**
 * Writes the sound of a turn to a sink, and resolves when all of it has been heard, or stored; at once where the turn is
 * interrupted. Rejects with the error that ended it. A sink is for one turn.
 */
export async function play(turn: SpeakTurn, sink: AudioSink): Promise<TurnResult> {
  try {
    for await (const out of turn) {
      if (out.type === 'audio') await sink.write(out.chunk);
    }
    await sink.drain();
  } catch (thrown) {
    turn.interrupt();
    sink.abort();
    throw thrown;
  }
  return turn.result;
}

/**
 * Opens the loudspeaker, at 24 kHz (what `connectSpeech` asks for) with 200 ms gathered before the first sound, unless
 * the options say otherwise. It is for one turn: `play` closes it, or its own `drain` or `abort`. Rejects with E_PLAYER,
 * E_DEVICE, E_USAGE, E_UNSUPPORTED.
 */
export function openSpeaker(options: Partial<SpeakerOptions> = {}): Promise<SpeakerSink> {
  return openLoudspeaker({ sampleRateHz: 24_000, bufferMs: 200, clock: systemClock, log: noLog, ...options });
}

/** Starts a recorder (`rec`, `sox`, `arecord`): resolves when it delivers. 16 kHz unless told. Rejects with E_RECORDER. */
export function openMicrophone(options: Partial<MicrophoneOptions> = {}): Promise<Microphone> {
  return openRecorder({ clock: systemClock, log: noLog, ...options });
}
