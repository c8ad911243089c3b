import * as v from 'valibot';

/**
 * Fields of messages that are read with tolerance: one that is missing or of another type is as good as absent. What
 * several vendors' shapes have in common.
 */
export const text = v.fallback(v.optional(v.string()), undefined);
export const count = v.fallback(v.optional(v.number()), undefined);

export const textOrNumber = v.fallback(v.optional(v.union([v.string(), v.number()])), undefined);

/** A place in audio, or a length of it, in seconds: Deepgram says -1 where it has none. */
export const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
export const maybeSeconds = v.fallback(v.optional(seconds), undefined);

/** 0 to 1. */
export const confidence = v.fallback(v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))), undefined);

/** Counts from 0. */
export const index = v.fallback(v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))), undefined);

/** A boolean; livekit's client takes the words as well. */
export const flag = v.fallback(
  v.optional(
    v.union([
      v.boolean(),
      v.pipe(
        v.picklist(['true', 'false']),
        v.transform((word) => word === 'true'),
      ),
    ]),
  ),
  undefined,
);

/** No model has a version or an id of Deepgram's here; real clients only want the keys to be there. */
export const modelVersion = 'voxwire';
export const noUuid = '00000000-0000-0000-0000-000000000000';

/** Seconds on the wire to ms, without the noise of binary fractions. */
export function toMs(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

export function toSeconds(ms: number): number {
  return Math.round(ms * 1e3) / 1e6;
}
