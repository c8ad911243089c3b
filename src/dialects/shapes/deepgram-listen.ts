import * as v from 'valibot';
import type { ListenEvent, Transcript, TranscriptWord } from '../../speech/listen.ts';
import {
  confidence,
  flag,
  index,
  maybeSeconds,
  modelVersion,
  noUuid,
  seconds,
  text,
  textOrNumber,
  toMs,
  toSeconds,
} from './fields.ts';

/**
 * The messages of Deepgram's speech-in WebSocket, server to client, both read and written (PROTOCOLS 2.3:
 * deepgram-api-specs asyncapi.yml, and the capture of 2026-08-25). SLNG's direct Deepgram routes answer with the same
 * ones (PROTOCOLS 1.3). Times on the wire are seconds from the start of the connection's audio. Only the first
 * alternative is read, and `channel_index` is not: a session of ours has one channel.
 */

/** A word is only of use with its text and its place: a list that holds another is as good as absent. */
const word = v.pipe(
  v.object({ word: text, punctuated_word: text, start: seconds, end: seconds, confidence, speaker: index }),
  v.check((it) => (it.punctuated_word ?? it.word) !== undefined && it.end >= it.start),
);
export const wordList = v.fallback(v.optional(v.array(word)), undefined);

const languages = v.fallback(v.optional(v.array(v.string())), undefined);

export const channel = v.object({
  alternatives: v.array(
    v.object({ transcript: v.optional(v.string(), ''), confidence, language: text, languages, words: wordList }),
  ),
});

export const resultsMessage = v.object({
  channel,
  start: maybeSeconds,
  duration: maybeSeconds,
  is_final: flag,
  speech_final: flag,
  from_finalize: flag,
  language: text,
});
export const utteranceEndMessage = v.object({ last_word_end: maybeSeconds });
export const speechStartedMessage = v.object({ timestamp: maybeSeconds });
/** At open with duration 0 (SLNG), and when all results have come. */
export const listenMetadataMessage = v.object({ request_id: text, duration: maybeSeconds });
/** From a gateway with `code` and `message`, from Deepgram with `variant` and `description`. */
export const errorMessage = v.looseObject({ code: textOrNumber, message: text, variant: text, description: text });

type Results = v.InferOutput<typeof resultsMessage>;
type Word = v.InferOutput<typeof word>;

function readWord({ word: bare, punctuated_word, start, end, confidence, speaker }: Word): TranscriptWord {
  return {
    text: punctuated_word ?? bare ?? '',
    startMs: toMs(start),
    endMs: toMs(end),
    ...(confidence && { confidence }),
    ...(speaker !== undefined && { speaker }),
  };
}

/** Of a list that is empty nothing is told. */
export function readWords(words: readonly Word[] | undefined): { words?: readonly TranscriptWord[] } {
  return words?.length ? { words: words.map(readWord) } : {};
}

/** The first alternative; the empty one where there is none. The key is always there: 0 where nothing is known. */
export function readAlternative({ alternatives: [first] }: v.InferOutput<typeof channel>): Transcript {
  if (first === undefined) return { text: '' };
  const language = first.languages?.[0] ?? first.language;
  return {
    text: first.transcript,
    ...(first.confidence && { confidence: first.confidence }),
    ...(language !== undefined && { language }),
    ...readWords(first.words),
  };
}

/** A result is final where it says so; one that only says `speech_final` is as well. */
export function readResults({ channel, start, duration, language, ...flags }: Results): ListenEvent {
  const transcript: Transcript = {
    ...(language !== undefined && { language }),
    ...readAlternative(channel),
    ...(start !== undefined && { startMs: toMs(start) }),
    ...(start !== undefined && duration !== undefined && { endMs: toMs(start + duration) }),
  };
  if (!(flags.is_final ?? flags.speech_final ?? false)) return { type: 'interim', ...transcript };
  return {
    type: 'final',
    endOfUtterance: flags.speech_final ?? false,
    ...(flags.from_finalize !== undefined && { fromFinalize: flags.from_finalize }),
    ...transcript,
  };
}

export function readUtteranceEnd({ last_word_end: end }: v.InferOutput<typeof utteranceEndMessage>): ListenEvent {
  return { type: 'utteranceEnd', ...(end !== undefined && { lastWordEndMs: toMs(end) }) };
}

export function readSpeechStarted({ timestamp: at }: v.InferOutput<typeof speechStartedMessage>): ListenEvent {
  return { type: 'speechStarted', ...(at !== undefined && { atMs: toMs(at) }) };
}

/** What every message of a connection says of it. */
export interface ListenIdentity {
  readonly requestId: string;
  readonly modelName: string;
}

/** `word` is the bare word, `punctuated_word` how it is written. */
function writeWord({ text, startMs, endMs, confidence = 0, speaker }: TranscriptWord): object {
  const bare = text.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  return {
    word: bare || text,
    start: toSeconds(startMs),
    end: toSeconds(endMs),
    confidence,
    punctuated_word: text,
    ...(speaker !== undefined && { speaker }),
  };
}

function modelInfo({ modelName }: ListenIdentity): object {
  return { name: modelName, version: modelVersion, arch: modelVersion };
}

type Result = Extract<ListenEvent, { type: 'interim' | 'final' }>;

/** With every field, in an interim result too, as on the wire: real clients read them without asking. */
export function results(event: Result, identity: ListenIdentity): object {
  const { text, startMs = 0, endMs = startMs, confidence = 0, language, words = [] } = event;
  const final = event.type === 'final' ? event : undefined;
  const languages = language === undefined ? {} : { languages: [language] };
  return {
    type: 'Results',
    channel_index: [0, 1],
    duration: toSeconds(endMs - startMs),
    start: toSeconds(startMs),
    is_final: final !== undefined,
    speech_final: final?.endOfUtterance ?? false,
    from_finalize: final?.fromFinalize ?? false,
    channel: { alternatives: [{ transcript: text, confidence, ...languages, words: words.map(writeWord) }] },
    metadata: { request_id: identity.requestId, model_info: modelInfo(identity), model_uuid: noUuid },
  };
}

/** Deepgram's -1 where no word's end is known: the key is always there. */
export function utteranceEnd(lastWordEndMs: number | undefined): object {
  const end = lastWordEndMs === undefined ? -1 : toSeconds(lastWordEndMs);
  return { type: 'UtteranceEnd', channel: [0, 1], last_word_end: end };
}

export function speechStarted(atMs = 0): object {
  return { type: 'SpeechStarted', channel: [0, 1], timestamp: toSeconds(atMs) };
}

/**
 * At open with `audioMs` 0, and at the end. A codec has neither a clock nor a hash, so `created` is the beginning of
 * time and `sha256` stays what it is at open; both keys are required (deepgram-api-specs).
 */
export function listenMetadata(audioMs: number, identity: ListenIdentity): object {
  return {
    type: 'Metadata',
    transaction_key: 'deprecated',
    request_id: identity.requestId,
    sha256: 'incomplete',
    created: '1970-01-01T00:00:00.000Z',
    duration: toSeconds(audioMs),
    channels: 1,
    models: [noUuid],
    model_info: { [noUuid]: modelInfo(identity) },
  };
}

/** With the keys of both shapes, so that either kind of client finds its own. */
export function error(code: string, message: string): object {
  return { type: 'Error', code, message, variant: code, description: message };
}
