import { systemClock } from './clock.ts';
import { slngSpeak } from './dialects/slng/index.ts';
import { SpeechError } from './errors.ts';
import type { SessionOptions, TurnOptions } from './session/options.ts';
import { openSpeakSession, type SpeakSession, type SpeakTurn } from './session/speak-session.ts';
import type { Credentials, SpeakSettings } from './speech/speak.ts';
import { cutSpans } from './text/spans.ts';
import { createWebSocketConnect } from './transport/websocket.ts';

export type { AudioChunk, AudioFormat, Encoding } from './audio/format.ts';
export { encodings, sampleRatesHz } from './audio/format.ts';
export type { AudioSink, PlayPosition } from './audio/sink.ts';
export { type Clock, systemClock } from './clock.ts';
export { slngSpeak } from './dialects/slng/index.ts';
export { type ErrorCode, errorTable, SpeechError } from './errors.ts';
export type { Log } from './log.ts';
export type { TurnReport } from './metrics/turn-report.ts';
export {
  type ConnectionState,
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
export type { TurnResult } from './session/turn.ts';
export type { SpeakService, SpeakTraits } from './speech/service.ts';
export type { Boundary, Span } from './speech/span.ts';
export type {
  Credentials,
  PronunciationRef,
  PronunciationRule,
  SpeakCommand,
  SpeakEvent,
  SpeakSettings,
  TurnEnd,
  TurnSettings,
  WordTime,
} from './speech/speak.ts';
export { createRewriter, parseRules } from './text/pronounce.ts';
export { cutSpans } from './text/spans.ts';
export type { CloseInfo, Connect, Frame, UpgradeRequest } from './transport/transport.ts';
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
