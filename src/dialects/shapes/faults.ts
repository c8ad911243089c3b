import type { ErrorCode } from '../../errors.ts';

/** What vendors say of failures, read with tolerance and told in one line. */

/** How an HTTP status is told to a user, of a refused upgrade or where a message has one for its code. 408, 409 and 425 are worth another try (PROTOCOLS 1.5). */
export function errorCodeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'E_AUTH';
  if (status === 429) return 'E_RATE_LIMIT';
  if (status === 408 || status === 409 || status === 425) return 'E_PROVIDER';
  if (status >= 400 && status < 500) return 'E_REQUEST';
  if (status >= 500) return 'E_PROVIDER';
  return 'E_CONNECT';
}

/**
 * How a vendor's word inside a message is told: by the vendor's own table, whose keys are in lower case, or as the HTTP
 * status that it is. A word nobody knows says no more than that the service failed.
 */
export function errorCodeOfWord(word: string | undefined, table: Readonly<Record<string, ErrorCode>>): ErrorCode {
  if (word === undefined) return 'E_PROVIDER';
  const status = Number(word);
  if (Number.isInteger(status) && status >= 400 && status < 600) return errorCodeOfStatus(status);
  const key = word.trim().toLowerCase();
  return Object.hasOwn(table, key) ? (table[key] ?? 'E_PROVIDER') : 'E_PROVIDER';
}

/** What of a fault the vendor's support asks for. */
export function faultDetail(vendorCode: string | undefined, requestId: string | undefined): Record<string, string> {
  return {
    ...(vendorCode !== undefined && { vendorCode: oneLine(vendorCode) }),
    ...(requestId !== undefined && { requestId: oneLine(requestId) }),
  };
}

/** Longest text of a vendor that is shown, in characters: one line of a terminal or two, never a page of HTML. */
const maxShownChars = 300;

/** One readable line, bounded, without anything that looks like a key. */
export function oneLine(text: string): string {
  const flat = text
    .replace(/\p{Cc}|\s/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .replace(/\b((?:bearer|token)(?:[= ]|, ?))(?=\S*\d)[^\s"'<>]{8,}/gi, '$1…')
    .trim();
  return flat.length <= maxShownChars ? flat : `${flat.slice(0, maxShownChars - 1)}…`;
}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of these fields that is a string with something in it, or a number where numbers are wanted. */
export function firstText(sources: readonly Fields[], names: readonly string[]): string | undefined {
  for (const source of sources) {
    for (const name of names) {
      const value = source[name];
      if (typeof value === 'string' && value.trim() !== '') return value;
      if (typeof value === 'number') return String(value);
    }
  }
  return undefined;
}

/** `fieldErrors` of a refused request: an object or a list of names and complaints. */
function fieldLine(fields: unknown): string | undefined {
  if (!isFields(fields) && !Array.isArray(fields)) return undefined;
  const parts = Object.entries(fields).map(([name, problem]) => {
    const said = typeof problem === 'string' ? problem : JSON.stringify(problem);
    return Array.isArray(fields) ? said : `${name}: ${said}`;
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}

function htmlLine(body: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1];
  return title?.trim() || body.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
}

/** What a refusal's body says. */
export interface Said {
  /** One line; empty where the body is. */
  readonly said: string;
  /** The vendor's own code. */
  readonly vendor?: string;
  readonly requestId?: string;
}

/** A refusal's body in any of the shapes seen: flat, under `error`, the first of `errors`, HTML, plain text. */
export function readBody(body: string): Said {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { said: oneLine(/^\s*</.test(body) ? htmlLine(body) : body) };
  }
  if (!isFields(value)) return { said: oneLine(typeof value === 'string' ? value : body) };
  const inner = [value.error, ...(Array.isArray(value.errors) ? value.errors : [])].filter(isFields);
  const sources = [...inner, value];
  const said = firstText(sources, ['message', 'detail', 'error', 'details', 'err_msg', 'title']);
  const parts = [said, fieldLine(value.fieldErrors)].filter((part) => part !== undefined);
  const vendor = firstText(sources, ['code', 'err_code']);
  const requestId = firstText(sources, ['request_id']);
  return {
    said: oneLine(parts.join(': ') || body),
    ...(vendor !== undefined && { vendor: oneLine(vendor) }),
    ...(requestId !== undefined && { requestId: oneLine(requestId) }),
  };
}
