import type { ErrorCode } from '../../errors.ts';
import { SpeechError } from '../../errors.ts';
import type { ServiceFault } from '../../speech/speak.ts';
import type { UpgradeRefusal } from '../../transport/transport.ts';

/** How an SLNG code is told to a user. Sources: PROTOCOLS 1.1 and 1.2 (first four), 1.4 (pronunciation), 1.3 and 1.5. */
const codes: Readonly<Record<string, ErrorCode>> = {
  auth_error: 'E_AUTH',
  config_error: 'E_REQUEST',
  rate_limit: 'E_RATE_LIMIT',
  provider_error: 'E_PROVIDER',
  invalid_request: 'E_REQUEST',
  payload_too_large: 'E_REQUEST',
  rate_limit_exceeded: 'E_RATE_LIMIT',
  idle_timeout_exceeded: 'E_CLOSED',
  max_connection_duration_exceeded: 'E_CLOSED',
  not_ready: 'E_PROVIDER',
  backpressure: 'E_PROVIDER',
  translation_error: 'E_PROVIDER',
  backend_error: 'E_PROVIDER',
  backend_connection_failed: 'E_PROVIDER',
  stt_metering_unavailable: 'E_PROVIDER',
  schemaerror: 'E_REQUEST',
  invalid_pronunciation: 'E_PRONUNCIATION',
  pronunciation_not_found: 'E_PRONUNCIATION',
  pronunciation_conflict: 'E_PRONUNCIATION',
  pronunciation_unauthenticated: 'E_AUTH',
  pronunciation_unavailable: 'E_PROVIDER',
};

/** All codes that are known, for tests and documents. */
export const vendorCodes: readonly string[] = Object.keys(codes);

/** The other way, for what our own server says. A code that is not here is the provider's own fault. */
const vendorCodeOf: Partial<Record<ErrorCode, string>> = {
  E_AUTH: 'auth_error',
  E_KEY: 'auth_error',
  E_USAGE: 'config_error',
  E_NO_TEXT: 'config_error',
  E_UNSUPPORTED: 'config_error',
  E_FFMPEG: 'config_error',
  E_REQUEST: 'config_error',
  E_PROTOCOL: 'config_error',
  E_RATE_LIMIT: 'rate_limit',
  E_PRONUNCIATION: 'pronunciation_not_found',
  E_TIMEOUT: 'idle_timeout_exceeded',
  E_MAX_TIME: 'max_connection_duration_exceeded',
  E_CLOSED: 'idle_timeout_exceeded',
};

/** Some routes put an HTTP status where a code belongs. 408, 409 and 425 are worth another try (PROTOCOLS 1.5). */
export function errorCodeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'E_AUTH';
  if (status === 429) return 'E_RATE_LIMIT';
  if (status === 408 || status === 409 || status === 425) return 'E_PROVIDER';
  if (status >= 400 && status < 500) return 'E_REQUEST';
  if (status >= 500) return 'E_PROVIDER';
  return 'E_CONNECT';
}

/** Longest text of a vendor that is shown, in characters: one line of a terminal or two, never a page of HTML. */
const maxShownChars = 300;

/** One readable line, bounded, without anything that looks like a key. */
export function oneLine(text: string): string {
  const flat = text
    .replace(/\p{Cc}|\s/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .replace(/\b(bearer |token[= ])(?=\S*\d)[^\s"'<>]{8,}/gi, '$1…')
    .trim();
  return flat.length <= maxShownChars ? flat : `${flat.slice(0, maxShownChars - 1)}…`;
}

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of these fields that is a string with something in it, or a number where numbers are wanted. */
function firstText(sources: readonly Fields[], names: readonly string[]): string | undefined {
  for (const source of sources) {
    for (const name of names) {
      const value = source[name];
      if (typeof value === 'string' && value.trim() !== '') return value;
      if (typeof value === 'number') return String(value);
    }
  }
  return undefined;
}

function codeOf(vendor: string | undefined): ErrorCode {
  if (vendor === undefined) return 'E_PROVIDER';
  const status = Number(vendor);
  if (Number.isInteger(status) && status >= 400 && status < 600) return errorCodeOfStatus(status);
  const key = vendor.trim().toLowerCase();
  return Object.hasOwn(codes, key) ? (codes[key] ?? 'E_PROVIDER') : 'E_PROVIDER';
}

/**
 * An `error` message in any of its shapes: flat, nested under `data` (livekit's gateway adapter), or without a code
 * (rime). A code nobody knows is E_PROVIDER, with the vendor's own word kept in `detail`.
 */
export function readFault(message: Fields): ServiceFault {
  const sources = isFields(message.data) ? [message.data, message] : [message];
  const vendor = firstText(sources, ['code', 'err_code', 'status_code', 'variant']);
  const said = firstText(sources, ['message', 'description', 'error', 'err_msg']) ?? vendor;
  const requestId = firstText(sources, ['slng_request_id', 'request_id']);
  return {
    code: codeOf(vendor),
    message: said === undefined ? 'the service gave no reason' : oneLine(said),
    detail: {
      ...(vendor !== undefined && { vendorCode: oneLine(vendor) }),
      ...(requestId !== undefined && { requestId: oneLine(requestId) }),
    },
  };
}

/** The code that our server puts on the wire: the vendor's own where the fault came with one, else the nearest. */
export function vendorCodeFor(fault: ServiceFault): string {
  const own = fault.detail?.vendorCode;
  if (typeof own === 'string' && Object.hasOwn(codes, own)) return own;
  return vendorCodeOf[fault.code] ?? 'provider_error';
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

/** What a refusal's body says, in one line, with the vendor's code where it has one. */
function readBody(body: string): { said: string; vendor?: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { said: oneLine(/^\s*</.test(body) ? htmlLine(body) : body) };
  }
  if (!isFields(value)) return { said: oneLine(typeof value === 'string' ? value : body) };
  const sources = isFields(value.error) ? [value.error, value] : [value];
  const said = firstText(sources, ['message', 'detail', 'error', 'details', 'err_msg', 'title']);
  const parts = [said, fieldLine(value.fieldErrors)].filter((part) => part !== undefined);
  const vendor = firstText(sources, ['code', 'err_code']);
  return { said: oneLine(parts.join(': ') || body), ...(vendor !== undefined && { vendor: oneLine(vendor) }) };
}

/** The error of an upgrade that was answered with something else than 101. */
export function refusedUpgrade({ status, headers, body }: UpgradeRefusal): SpeechError {
  const { said, vendor } = readBody(body);
  const requestId = headers['x-request-id'] ?? headers['slng-request-id'];
  const known = vendor !== undefined && Object.hasOwn(codes, vendor.toLowerCase());
  const line = said === '' ? `the service answered ${status}` : `the service answered ${status}: ${said}`;
  return new SpeechError(known ? codeOf(vendor) : errorCodeOfStatus(status), line, {
    detail: {
      status,
      ...(vendor !== undefined && { vendorCode: vendor }),
      ...(requestId !== undefined && { requestId: oneLine(requestId) }),
    },
  });
}
