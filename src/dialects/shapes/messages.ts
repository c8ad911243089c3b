import * as v from 'valibot';
import type { ServiceEvent } from '../../speech/connect.ts';
import { type Fields, isFields, oneLine } from './faults.ts';

/**
 * JSON messages with a `type`, read. What a client sends is read strictly, for there we are the server; what a server
 * sends is read with tolerance. Fields that a schema does not list are ignored in both. `type` is compared in lower
 * case: see `typeOf`.
 */

/** Names of voices, languages and dictionaries: the vendors' are far shorter. */
export const name = v.pipe(v.string(), v.minLength(1), v.maxLength(128));

type NotUnderstood = Extract<ServiceEvent<never>, { type: 'malformed' | 'unknown' }>;

/** The message's type in lower case; undefined where it has none. */
export function typeOf(message: Fields): string | undefined {
  return typeof message.type === 'string' ? message.type.toLowerCase() : undefined;
}

/** What is wrong with a message, in one line: the first fault and where it is. */
export function complaint(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  const [issue] = issues;
  const path = v.getDotPath(issue);
  // It may repeat what was sent, which may be a message long.
  return oneLine(path === null ? issue.message : `${path}: ${issue.message}`);
}

/** The object that a text frame holds, or what is wrong with it. */
export function readObject(text: string): { readonly fields: Fields } | { readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: `no JSON: ${oneLine(text.slice(0, 100))}` };
  }
  return isFields(value) ? { fields: value } : { why: 'the message is not an object' };
}

/** A server's message that its schema understands; what else it is, as an event. */
export function readServerMessage<Schema extends v.GenericSchema>(
  schema: Schema,
  known: readonly string[],
  type: string,
  fields: Fields,
): { readonly message: v.InferOutput<Schema> } | { readonly event: NotUnderstood } {
  const parsed = v.safeParse(schema, { ...fields, type });
  if (parsed.success) return { message: parsed.output };
  if (known.includes(type)) return { event: { type: 'malformed', why: `${type}: ${complaint(parsed.issues)}` } };
  return { event: { type: 'unknown', name: oneLine(String(fields.type)) } };
}

/** A client's message, strictly, or why it is none. */
export function readClientMessage<Schema extends v.GenericSchema>(
  schema: Schema,
  known: (type: string) => boolean,
  text: string,
): { readonly message: v.InferOutput<Schema> } | { readonly why: string } {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return { why: 'the message is no JSON' };
  }
  const type = isFields(fields) ? typeOf(fields) : undefined;
  if (!isFields(fields) || type === undefined) return { why: 'a message is an object with a type' };
  if (!known(type)) return { why: `unknown message type: ${oneLine(String(fields.type))}` };
  const parsed = v.safeParse(schema, { ...fields, type });
  return parsed.success ? { message: parsed.output } : { why: `${type}: ${complaint(parsed.issues)}` };
}

/** The same for a vendor that is strict about the case of its types. */
export function readExactMessage<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): { readonly message: v.InferOutput<Schema> } | { readonly why: string } {
  const object = readObject(text);
  if ('why' in object) return object;
  const parsed = v.safeParse(schema, object.fields);
  return parsed.success ? { message: parsed.output } : { why: complaint(parsed.issues) };
}
