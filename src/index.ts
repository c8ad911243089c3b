import { systemClock } from './clock.ts';
import { slngSpeak } from './dialects/slng/index.ts';
import { SpeechError } from './errors.ts';
import type { SessionOptions, SpeakOutput } from './session/options.ts';
import { openSpeakSession, type SpeakSession } from './session/speak-session.ts';
import type { Credentials, SpeakSettings } from './speech/speak.ts';
import { cutSpans } from './text/spans.ts';
import { createWebSocketConnect } from './transport/websocket.ts';

export type { AudioChunk, AudioFormat, Encoding } from './audio/format.ts';
export { encodings, sampleRatesHz } from './audio/format.ts';
export { type Clock, systemClock } from './clock.ts';
export { slngSpeak } from './dialects/slng/index.ts';
export { type ErrorCode, errorTable, SpeechError } from './errors.ts';
export type { TurnReport } from './metrics/turn-report.ts';
export {
  defaultTimeouts,
  type Heard,
  type SessionOptions,
  type SessionTimeouts,
  type SpeakOutput,
  type TurnOptions,
  type TurnProgress,
  type WireWatcher,
} from './session/options.ts';
export { openSpeakSession, type SpeakSession, type SpeakTurn } from './session/speak-session.ts';
export type { SpeakService, SpeakTraits } from './speech/service.ts';
export type { Boundary, Span } from './speech/span.ts';
export type { Credentials, PronunciationRule, SpeakSettings, WordTime } from './speech/speak.ts';
export { createRewriter, parseRules } from './text/pronounce.ts';
export { cutSpans } from './text/spans.ts';
export { createWebSocketConnect } from './transport/websocket.ts';

/** What `connectSlng` needs; all else has the defaults of `vox`. */
export interface SlngOptions extends Partial<Omit<SpeakSettings, 'baseUrl'>>, Credentials {
  /** Another server, `vox serve` for one: scheme, host, an optional prefix. */
  readonly endpoint?: string;
  readonly session?: Partial<Pick<SessionOptions, 'timeouts' | 'signal' | 'flush' | 'watcher' | 'onWarning'>>;
}

/** A session of speech out in SLNG's dialect. Throws E_KEY where there is neither a key nor an endpoint. */
export function connectSlng(options: SlngOptions = {}): SpeakSession {
  const { endpoint, session, key = process.env.SLNG_API_KEY, via, ...settings } = options;
  if (!key && !endpoint) throw new SpeechError('E_KEY', 'no key for SLNG');
  const { defaults } = slngSpeak.traits;
  return openSpeakSession({
    ...session,
    service: slngSpeak,
    settings: {
      format: defaults.format,
      model: defaults.model,
      ...(defaults.voice !== undefined && !settings.model && { voice: defaults.voice }),
      ...settings,
      baseUrl: endpoint ?? defaults.baseUrl,
    },
    credentials: { ...(key && { key }), ...(via && { via }) },
    connect: createWebSocketConnect(systemClock),
    clock: systemClock,
  });
}

/** Speaks text, whole or as a model streams it, and gives the sound as it comes. */
export async function* speakText(
  session: SpeakSession,
  text: string | AsyncIterable<string>,
  options: { language?: string; markdown?: boolean; eager?: boolean } = {},
): AsyncIterable<SpeakOutput> {
  const source = typeof text === 'string' ? [text] : text;
  yield* session.speak(cutSpans(pieces(source), { eager: true, markdown: false, ...options }));
}

async function* pieces(source: Iterable<string> | AsyncIterable<string>): AsyncIterable<string> {
  yield* source;
}
