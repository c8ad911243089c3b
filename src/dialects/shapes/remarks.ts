import * as v from 'valibot';
import { text } from './fields.ts';

/** A remark of our own server on the settings (a voice that it replaced); a plain string is understood as well. */
const remark = v.union([v.string(), v.object({ code: text, message: v.string() })]);
export const remarks = v.fallback(v.optional(v.array(remark)), undefined);

/** Remarks carry no code of their own in our vocabulary. */
const remarkCode = 'settings';

/** `ready` with remarks, where there are any. */
export function readRemarks(list: v.InferOutput<typeof remarks>): { readonly warnings?: readonly string[] } {
  if (!list?.length) return {};
  return { warnings: list.map((one) => (typeof one === 'string' ? one : one.message)) };
}

/** The field that holds them, beside what a vendor's message has: clients leave unread what they do not know. */
export function writeRemarks(warnings: readonly string[] | undefined): object {
  return warnings?.length ? { warnings: warnings.map((message) => ({ code: remarkCode, message })) } : {};
}
