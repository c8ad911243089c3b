import type { ErrorCode } from '../../errors.ts';
import { SpeechError } from '../../errors.ts';
import type { ServiceFault } from '../../speech/connect.ts';
import type { Refusal } from '../../speech/service.ts';
import type { UpgradeRefusal } from '../../transport/transport.ts';
import { jsonRefusal } from '../shapes/endpoint.ts';
import {
  errorCodeOfStatus,
  errorCodeOfWord,
  type Fields,
  faultDetail,
  firstText,
  oneLine,
  readBody,
} from '../shapes/faults.ts';

/** What to do about a refused upgrade, by its status; PROTOCOLS 2.2 and developers.deepgram.com/docs/errors. */
const todos: Readonly<Record<number, string>> = {
  400: "check -v or --model (Deepgram's model is its voice), --encoding, --sample-rate and every --param",
  401: 'check the key (DEEPGRAM_API_KEY); `vox doctor` shows where it was found',
  402: 'the Deepgram project has no credits left: add some',
  403: 'the project of this key may not use this model: choose another one, or ask Deepgram for access',
  413: 'cut the text: Deepgram takes 2000 characters in one message',
  422: 'check the text, and -v or --model; what was sent could not be processed',
  429: 'the project has as many requests under way as it may: wait and try again, or use fewer --jobs',
};

/** The error of an upgrade that was answered with something else than 101, with `dg-error` and `dg-request-id`. */
export function refusedUpgrade({ status, headers, body }: UpgradeRefusal): SpeechError {
  const read = readBody(body);
  const header = oneLine(headers['dg-error'] ?? '');
  // The documents have the same text in both; what one of them leaves out the other has.
  const said = read.said.includes(header) ? read.said : [read.said, header].filter((text) => text !== '').join('; ');
  const requestId = headers['dg-request-id'] ?? read.requestId;
  const permission = read.vendor === 'INSUFFICIENT_PERMISSIONS' ? todos[403] : undefined;
  const todo = permission ?? todos[status];
  return new SpeechError(errorCodeOfStatus(status), `the service answered ${status}${said && `: ${said}`}`, {
    ...(todo !== undefined && { todo }),
    detail: { status, ...faultDetail(read.vendor, requestId) },
  });
}

/** How a code inside a message is told to a user. Sources: developers.deepgram.com/docs/errors, PROTOCOLS 1.3 and 2. */
const codes: Readonly<Record<string, ErrorCode>> = {
  invalid_auth: 'E_AUTH',
  insufficient_permissions: 'E_AUTH',
  too_many_requests: 'E_RATE_LIMIT',
  'data-0001': 'E_RATE_LIMIT',
  'data-0000': 'E_REQUEST',
  'message-0000': 'E_REQUEST',
  'big-0000': 'E_REQUEST',
  'big-0001': 'E_REQUEST',
  invalid_query_parameter: 'E_REQUEST',
  payload_error: 'E_REQUEST',
  payload_too_large: 'E_REQUEST',
  unprocessable_entity: 'E_REQUEST',
  'bad request': 'E_REQUEST',
  schemaerror: 'E_REQUEST',
};

/** An `Error` message: of speech in `{variant, description, message}`, of speech out as the Go SDK has it, `{err_code, err_msg}`. */
export function readFault(message: Fields): ServiceFault {
  const vendor = firstText([message], ['err_code', 'code', 'variant']);
  const said = firstText([message], ['err_msg', 'description', 'message']) ?? vendor;
  const requestId = firstText([message], ['request_id']);
  return {
    code: errorCodeOfWord(vendor, codes),
    message: said === undefined ? 'the service gave no reason' : oneLine(said),
    detail: faultDetail(vendor, requestId),
  };
}

/** The other way, for what our own server says. A code that is not here is the service's own fault. */
const vendorCodeOf: Partial<Record<ErrorCode, string>> = {
  E_AUTH: 'INVALID_AUTH',
  E_RATE_LIMIT: 'TOO_MANY_REQUESTS',
  E_REQUEST: 'Bad Request',
  E_USAGE: 'Bad Request',
  E_NO_TEXT: 'Bad Request',
  E_UNSUPPORTED: 'Bad Request',
  E_PROTOCOL: 'Bad Request',
};

/** An `Error` with the keys of both directions, so that every kind of client finds its own. */
export function errorMessage({ code, message, detail }: ServiceFault): object {
  const own = detail?.vendorCode;
  const word = typeof own === 'string' ? own : (vendorCodeOf[code] ?? 'Internal Server Error');
  return { type: 'Error', variant: word, description: message, message, code: word, err_code: word, err_msg: message };
}

/** `err_code` by status; the vendor's 503 has its words in title case, its 429 of a full project in capitals. */
const refusalCodes: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'INVALID_AUTH',
  404: 'Not Found',
  429: 'TOO_MANY_REQUESTS',
};

/** A refused upgrade as Deepgram words it, the reason in `dg-error` as well. */
export function refusal(status: number, message: string, requestId?: string, code?: string): Refusal {
  const told = requestId === undefined ? {} : { request_id: requestId };
  const body = { err_code: code ?? refusalCodes[status] ?? 'Service Unavailable', err_msg: message, ...told };
  return jsonRefusal(status, body, {
    'dg-error': oneLine(message).replace(/[^\x20-\x7e]/g, '?'),
    ...(requestId !== undefined && { 'dg-request-id': requestId }),
  });
}

/** What our server refuses for reasons of its own. A full one is what Deepgram answers a full project with. */
export function refuse(status: number, message: string, requestId: string): Refusal {
  if (status === 401) return refusal(401, 'Invalid credentials.', requestId);
  if (status === 503) return refusal(429, 'Too many requests. Please try again later', requestId);
  return refusal(status, message, requestId);
}
