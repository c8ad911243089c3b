import type { ErrorCode } from '../../errors.ts';
import { SpeechError } from '../../errors.ts';
import type { ServiceFault } from '../../speech/connect.ts';
import type { UpgradeRefusal } from '../../transport/transport.ts';
import {
  errorCodeOfStatus,
  errorCodeOfWord,
  type Fields,
  faultDetail,
  firstText,
  isFields,
  oneLine,
  readBody,
} from '../shapes/faults.ts';
import { rejecting as rejectingWith } from '../shapes/step.ts';

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
    code: errorCodeOfWord(vendor, codes),
    message: said === undefined ? 'the service gave no reason' : oneLine(said),
    detail: faultDetail(vendor, requestId),
  };
}

/** The code that our server puts on the wire: the vendor's own where the fault came with one, else the nearest. */
export function vendorCodeFor(fault: ServiceFault): string {
  const own = fault.detail?.vendorCode;
  if (typeof own === 'string' && Object.hasOwn(codes, own)) return own;
  return vendorCodeOf[fault.code] ?? 'provider_error';
}

/** The error of an upgrade that was answered with something else than 101. */
export function refusedUpgrade({ status, headers, body }: UpgradeRefusal): SpeechError {
  const { said, vendor } = readBody(body);
  const requestId = headers['x-request-id'] ?? headers['slng-request-id'];
  const known = vendor !== undefined && Object.hasOwn(codes, vendor.toLowerCase());
  const line = said === '' ? `the service answered ${status}` : `the service answered ${status}: ${said}`;
  return new SpeechError(known ? errorCodeOfWord(vendor, codes) : errorCodeOfStatus(status), line, {
    detail: { status, ...faultDetail(vendor, requestId) },
  });
}

/** A message of a client that is not done, under SLNG's word for one that is wrong where it has no better. */
export function rejecting(message: string, vendorCode = 'config_error') {
  return rejectingWith(message, vendorCode);
}
