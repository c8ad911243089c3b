import * as v from 'valibot';
import { encodings } from '../../src/audio/format.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { errorTable } from '../../src/errors.ts';

/** What the transcripts of both directions of speech have in common; fixtures/wire/README.md describes it. */

export const type = <const T extends string>(name: T) => v.literal(name);
export const words = v.record(v.string(), v.string());
export const format = v.strictObject({
  encoding: v.picklist(encodings),
  sampleRateHz: v.number(),
  channels: v.number(),
});

export const digest = v.strictObject({ bytes: v.number(), sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });
export const hex = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/));
const anyChunk = { firstSample: v.optional(v.number()), format: v.optional(format) };
export const chunk = v.union([
  v.strictObject({ ...anyChunk, hex }),
  v.strictObject({ ...anyChunk, ...digest.entries }),
]);
export type FixtureChunk = v.InferOutput<typeof chunk>;

/** Of both directions' settings. */
export const connectSettings = {
  baseUrl: v.string(),
  format,
  model: v.optional(v.string()),
  language: v.optional(v.string()),
  params: v.optional(words),
  route: v.optional(v.string()),
  region: v.optional(v.string()),
  worldPart: v.optional(v.string()),
  headers: v.optional(words),
};

const codes = Object.keys(errorTable).filter((code): code is ErrorCode => Object.hasOwn(errorTable, code));
export const fault = v.strictObject({
  code: v.picklist(codes),
  message: v.string(),
  todo: v.optional(v.string()),
  detail: v.optional(v.record(v.string(), v.union([v.string(), v.number()]))),
});

/** Requests that both directions have, beside the commands. */
export const hangUp = v.strictObject({ type: type('hangUp'), code: v.number(), reason: v.string() });

/** Events that both directions have; those of their own shape (`warning`, `error`) stand with each. */
export const serviceEvents = [
  v.strictObject({
    type: type('ready'),
    sessionId: v.optional(v.string()),
    requestId: v.optional(v.string()),
    warnings: v.optional(v.array(v.string())),
  }),
  v.strictObject({ type: type('note'), name: v.string(), detail: v.optional(v.record(v.string(), v.unknown())) }),
  v.strictObject({ type: type('unknown'), name: v.string() }),
  v.strictObject({ type: type('malformed'), why: v.string() }),
] as const;
