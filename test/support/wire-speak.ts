import * as v from 'valibot';
import { chunk, connectSettings, fault, format, hangUp, serviceEvents, type } from './wire-shapes.ts';

/** What stands in transcripts of speech out. */

const turn = v.string();
const pronunciation = v.union([v.strictObject({ name: v.string() }), v.strictObject({ id: v.string() })]);
const turnSettings = v.optional(v.strictObject({ pronunciation: v.optional(pronunciation) }));

export const speakSettings = v.strictObject({
  ...connectSettings,
  voice: v.optional(v.string()),
  speed: v.optional(v.number()),
  interruptWith: v.optional(v.picklist(['cancel', 'clear'])),
  pronunciation: v.optional(pronunciation),
});

const commands = [
  v.strictObject({ type: type('begin'), turn, settings: turnSettings }),
  v.strictObject({ type: type('text'), turn, text: v.string(), throughChar: v.number() }),
  v.strictObject({ type: type('flush'), turn }),
  v.strictObject({ type: type('end'), turn }),
  v.strictObject({ type: type('interrupt'), turn, heardMs: v.optional(v.number()) }),
  v.strictObject({ type: type('keepAlive') }),
  v.strictObject({ type: type('close') }),
] as const;
export const speakCommand = v.variant('type', [...commands]);

export const speakRequest = v.variant('type', [
  ...commands,
  v.strictObject({
    type: type('configure'),
    settings: speakSettings,
    elseFormat: v.optional(format),
    markdown: v.optional(v.boolean()),
    sentences: v.optional(v.boolean()),
  }),
  v.strictObject({ type: type('reject'), fault }),
  hangUp,
]);

const wordTime = v.strictObject({
  text: v.string(),
  startMs: v.number(),
  endMs: v.number(),
  char: v.optional(v.number()),
});

export const speakEvent = v.variant('type', [
  ...serviceEvents,
  v.strictObject({ type: type('audio'), turn, chunk }),
  v.strictObject({ type: type('late'), turn, bytes: v.number() }),
  v.strictObject({ type: type('made'), turn, cached: v.boolean(), firstAudioMs: v.optional(v.number()) }),
  v.strictObject({ type: type('progress'), turn, throughChar: v.number(), text: v.optional(v.string()) }),
  v.strictObject({ type: type('words'), turn, items: v.array(wordTime) }),
  v.strictObject({ type: type('ended'), turn, why: v.picklist(['done', 'interrupted', 'failed']) }),
  v.strictObject({
    type: type('warning'),
    code: v.string(),
    message: v.string(),
    learned: v.optional(v.strictObject({ interruptWith: v.picklist(['cancel', 'clear']) })),
  }),
  v.strictObject({ type: type('error'), turn: v.optional(turn), fault }),
]);
