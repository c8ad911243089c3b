import * as v from 'valibot';
import {
  channel,
  errorMessage,
  listenMetadataMessage,
  resultsMessage,
  speechStartedMessage,
  utteranceEndMessage,
  wordList,
} from '../shapes/deepgram-listen.ts';
import { warningMessage } from '../shapes/deepgram-speak.ts';
import { confidence, flag, text } from '../shapes/fields.ts';
import { name } from '../shapes/messages.ts';
import { readyFields } from './messages.ts';

/** SLNG's speech-in messages, both directions; docs/protocols/slng.md says where each comes from. */

const silenceMs = v.pipe(v.number(), v.finite(), v.minValue(0));
const choice = v.optional(v.boolean());

const config = v.object({
  language: v.optional(name),
  /** The bridge takes fewer: see the server. The bounds are those of its list. */
  sample_rate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(8000), v.maxValue(48_000))),
  /** The protocol has more; these are what our server can read. */
  encoding: v.optional(v.picklist(['linear16', 'mulaw', 'alaw'])),
  enable_vad: choice,
  enable_diarization: choice,
  enable_word_timestamps: choice,
  enable_partials: choice,
  /** The older word; livekit's client sends both. */
  enable_partial_transcripts: choice,
  diarize: choice,
  /** 0 turns it off (SLNG), and so does `false` (Deepgram). */
  endpointing: v.optional(v.union([silenceMs, v.literal(false)])),
  utterance_end_ms: v.optional(v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(5000))),
  /** What endpointing is called by livekit's client. */
  vad_min_silence_duration_ms: v.optional(silenceMs),
});

const init = v.object({ type: v.literal('init'), config: v.optional(config) });

export const listenClientMessage = v.variant('type', [
  init,
  v.object({ type: v.literal('audio'), data: v.string() }),
  v.object({ type: v.literal('finalize') }),
  v.object({ type: v.literal('close') }),
  v.object({ type: v.literal('keepalive') }),
]);

/**
 * `duration` (bridge), `audio_duration` and `segments` (whisper) are not read: whether they count from the start of the
 * audio is not documented. Where a provider's own message is passed through, its `channel` may hold the text (pipecat).
 */
const transcript = {
  transcript: v.optional(v.string()),
  confidence,
  language: text,
  words: wordList,
  channel: v.fallback(v.optional(channel), undefined),
  speech_final: flag,
  from_finalize: flag,
};

export const listenServerMessage = v.variant('type', [
  v.object({ type: v.literal('ready'), ...readyFields }),
  v.object({ ...listenMetadataMessage.entries, ...readyFields, type: v.literal('metadata') }),
  v.object({ type: v.literal('connected'), ...readyFields }),
  v.object({ type: v.literal('partial_transcript'), ...transcript }),
  v.object({ type: v.literal('final_transcript'), ...transcript }),
  v.object({ ...utteranceEndMessage.entries, type: v.literal('utterance_end') }),
  v.object({ ...resultsMessage.entries, type: v.literal('results') }),
  v.object({ ...utteranceEndMessage.entries, type: v.literal('utteranceend') }),
  v.object({ ...speechStartedMessage.entries, type: v.literal('speechstarted') }),
  v.object({ ...warningMessage.entries, type: v.literal('warning') }),
  v.looseObject({ ...errorMessage.entries, type: v.literal('error') }),
]);

export type ListenClientMessage = v.InferOutput<typeof listenClientMessage>;
export type ListenServerMessage = v.InferOutput<typeof listenServerMessage>;
export type ListenConfig = v.InferOutput<typeof config>;

export const listenClientTypes: readonly string[] = listenClientMessage.options.map(
  (option) => option.entries.type.literal,
);
export const listenServerTypes: readonly string[] = listenServerMessage.options.map(
  (option) => option.entries.type.literal,
);
