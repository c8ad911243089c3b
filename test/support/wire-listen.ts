import * as v from 'valibot';
import { chunk, connectSettings, fault, hangUp, serviceEvents, type } from './wire-shapes.ts';

/** What stands in transcripts of speech in. */

export const listenSettings = v.strictObject({
  ...connectSettings,
  interim: v.boolean(),
  words: v.optional(v.boolean()),
  diarize: v.optional(v.boolean()),
  vad: v.optional(v.boolean()),
  endpointingMs: v.optional(v.union([v.number(), v.literal(false)])),
  utteranceEndMs: v.optional(v.number()),
  audioAs: v.optional(v.picklist(['binary', 'json'])),
});

const commands = [
  v.strictObject({ type: type('audio'), chunk }),
  v.strictObject({ type: type('finalize') }),
  v.strictObject({ type: type('keepAlive') }),
  v.strictObject({ type: type('close') }),
] as const;
export const listenCommand = v.variant('type', [...commands]);

export const listenRequest = v.variant('type', [
  ...commands,
  v.strictObject({ type: type('configure'), settings: listenSettings }),
  v.strictObject({ type: type('reject'), fault }),
  hangUp,
]);

const word = v.strictObject({
  text: v.string(),
  startMs: v.number(),
  endMs: v.number(),
  confidence: v.optional(v.number()),
  speaker: v.optional(v.number()),
});

const transcript = {
  text: v.string(),
  startMs: v.optional(v.number()),
  endMs: v.optional(v.number()),
  confidence: v.optional(v.number()),
  language: v.optional(v.string()),
  words: v.optional(v.array(word)),
};

export const listenEvent = v.variant('type', [
  ...serviceEvents,
  v.strictObject({ type: type('interim'), ...transcript }),
  v.strictObject({
    type: type('final'),
    endOfUtterance: v.boolean(),
    fromFinalize: v.optional(v.boolean()),
    ...transcript,
  }),
  v.strictObject({ type: type('speechStarted'), atMs: v.optional(v.number()) }),
  v.strictObject({ type: type('utteranceEnd'), lastWordEndMs: v.optional(v.number()) }),
  v.strictObject({ type: type('ended'), audioMs: v.number() }),
  v.strictObject({ type: type('warning'), code: v.string(), message: v.string() }),
  v.strictObject({ type: type('error'), fault }),
]);
