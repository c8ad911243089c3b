import * as v from 'valibot';
import { sampleRatesHz } from '../../audio/format.ts';
import { acknowledgement, metadataMessage, warningMessage } from '../shapes/deepgram-speak.ts';
import { count, text } from '../shapes/fields.ts';
import { name } from '../shapes/messages.ts';
import { readyFields } from './messages.ts';

/** SLNG's speech-out messages, both directions; docs/protocols/slng.md says where each comes from. */

/** Exactly one of `name` and `dictionary_id` (PROTOCOLS 1.4). */
const pronunciation = v.union(
  [
    v.object({ mode: v.literal('rewrite'), name, dictionary_id: v.optional(v.undefined_()) }),
    v.object({ mode: v.literal('rewrite'), dictionary_id: name, name: v.optional(v.undefined_()) }),
  ],
  'wants mode "rewrite" and one of name and dictionary_id',
);

/** PROTOCOLS 1.2. */
export const encodings = ['linear16', 'mulaw', 'alaw', 'mp3', 'opus'] as const;

/** `pcm` is the word of SLNG's rime routes for linear16. */
const config = v.object({
  sample_rate: v.optional(v.picklist(sampleRatesHz)),
  encoding: v.optional(v.picklist([...encodings, 'pcm'])),
  language: v.optional(name),
  speed: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))),
  pronunciation: v.optional(pronunciation),
});

const init = v.object({
  type: v.literal('init'),
  voice: v.optional(name),
  /** The voice, on rime's routes. */
  speaker: v.optional(name),
  /** The language, where livekit's client puts it beside `config`. */
  language: v.optional(name),
  config: v.optional(config),
});

export const clientMessage = v.variant('type', [
  init,
  v.object({
    type: v.literal('text'),
    /** Of any length: no SLNG document gives a limit, and the server bounds the message. */
    text: v.string(),
    flush: v.optional(v.boolean()),
    pronunciation: v.optional(pronunciation),
  }),
  v.object({ type: v.literal('flush') }),
  v.object({ type: v.literal('clear') }),
  v.object({ type: v.literal('cancel') }),
  v.object({ type: v.literal('close') }),
  v.object({ type: v.literal('keepalive') }),
]);

const numbers = v.array(v.number());

/** Audio may come with the message that ends it (livekit's client expects that). */
const ending = { duration: count, data: text };

export const serverMessage = v.variant('type', [
  v.object({ type: v.literal('ready'), ...readyFields }),
  v.object({ ...metadataMessage.entries, ...readyFields, type: v.literal('metadata') }),
  v.object({ type: v.literal('connected'), ...readyFields }),
  v.object({ type: v.literal('segment_start'), segment_id: text }),
  v.object({ type: v.literal('segment_end'), segment_id: text }),
  v.object({ ...acknowledgement.entries, ...ending, type: v.literal('flushed') }),
  v.object({ type: v.literal('audio_end'), ...ending }),
  v.object({ ...acknowledgement.entries, type: v.literal('cleared') }),
  v.object({
    type: v.literal('timestamps'),
    word_timestamps: v.pipe(
      v.object({ words: v.array(v.string()), start: numbers, end: numbers }),
      v.check(
        ({ words, start, end }) => words.length === start.length && words.length === end.length,
        'words, start and end differ in length',
      ),
    ),
  }),
  v.object({ ...warningMessage.entries, type: v.literal('warning') }),
  v.looseObject({ type: v.literal('error') }),
]);

export type ClientMessage = v.InferOutput<typeof clientMessage>;
export type ServerMessage = v.InferOutput<typeof serverMessage>;
export type InitMessage = v.InferOutput<typeof init>;
export type PronunciationObject = v.InferOutput<typeof pronunciation>;

/** Messages that carry audio, read by hand: they are most of the traffic, and a schema costs more than the parsing. */
export const audioTypes: ReadonlySet<string> = new Set(['audio_chunk', 'audio', 'chunk']);

export const clientTypes: readonly string[] = clientMessage.options.map((option) => option.entries.type.literal);
export const serverTypes: readonly string[] = [
  ...serverMessage.options.map((option) => option.entries.type.literal),
  ...audioTypes,
];
