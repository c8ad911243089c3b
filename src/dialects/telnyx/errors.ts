import type { ErrorCode } from '../../errors.ts';
import { SpeechError } from '../../errors.ts';
import type { ServiceFault } from '../../speech/connect.ts';
import type { UpgradeRefusal } from '../../transport/transport.ts';
import {
  errorCodeOfStatus,
  type Fields,
  faultDetail,
  firstText,
  isFields,
  oneLine,
  readBody,
} from '../shapes/faults.ts';

/** Telnyx's codes begin with an HTTP status: `40005` is a 400 (PROTOCOLS 3.3). A code of another form says nothing. */
function codeOf(vendor: string | undefined): ErrorCode {
  const status = Number(/^([45]\d\d)(\d\d)?$/.exec(vendor ?? '')?.[1]);
  return Number.isNaN(status) ? 'E_PROVIDER' : errorCodeOfStatus(status);
}

/**
 * A message that tells of a failure, in any of its shapes; undefined where it is none. Documented are
 * `{errors: [{code, title, detail, source}]}`, `{error: "…"}`, and the same with `type: "error"` (PROTOCOLS 3.2, 3.3).
 */
export function readFault(message: Fields): ServiceFault | undefined {
  const { error, errors, source: outer } = message;
  const listed = Array.isArray(errors) ? errors.filter(isFields) : [];
  const told = listed.length > 0 || isFields(error) || (typeof error === 'string' && error.trim() !== '');
  if (!told && message.type !== 'error') return undefined;
  const sources = [...listed, ...(isFields(error) ? [error] : []), message];
  const vendor = firstText(sources, ['code']);
  const said = firstText(sources, ['detail', 'message', 'title', 'error']) ?? vendor;
  const places = [...listed.map(({ source }) => source), outer].filter(isFields);
  const parameter = firstText(places, ['parameter', 'pointer']);
  return {
    code: codeOf(vendor),
    message: said === undefined ? 'the service gave no reason' : oneLine(said),
    detail: {
      ...(vendor !== undefined && { vendorCode: oneLine(vendor) }),
      ...(parameter !== undefined && { parameter: oneLine(parameter) }),
    },
  };
}

/** For speech out Telnyx documents 403 for two things only: a model that is REST's alone, and a clone that is not verified. */
function refusedCode(direction: 'speak' | 'listen', status: number): ErrorCode {
  return direction === 'speak' && status === 403 ? 'E_REQUEST' : errorCodeOfStatus(status);
}

/** The error of an upgrade that was answered with something else than 101. */
export function refusedUpgrade(direction: 'speak' | 'listen', { status, headers, body }: UpgradeRefusal): SpeechError {
  const { said, vendor, requestId = headers['x-request-id'] } = readBody(body);
  const line = said === '' ? `the service answered ${status}` : `the service answered ${status}: ${said}`;
  return new SpeechError(refusedCode(direction, status), line, {
    detail: { status, ...faultDetail(vendor, requestId) },
  });
}

/** The statuses that our server's faults stand for, where they came without a code of Telnyx's own. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  E_AUTH: 401,
  E_KEY: 401,
  E_USAGE: 400,
  E_NO_TEXT: 400,
  E_UNSUPPORTED: 400,
  E_FFMPEG: 400,
  E_REQUEST: 400,
  E_PROTOCOL: 400,
  E_PRONUNCIATION: 400,
  E_RATE_LIMIT: 429,
  E_TIMEOUT: 408,
  E_MAX_TIME: 408,
  E_CLOSED: 408,
};
/** By a code, or by the status that it begins with. Those of 400 stand in the documents. */
const titles: Readonly<Record<string, string>> = {
  40002: 'Unsupported format',
  400: 'Invalid Parameter',
  401: 'Unauthorized',
  403: 'Forbidden',
  408: 'Timeout',
  429: 'Too Many Requests',
};

function vendorCodeFor({ code, detail }: ServiceFault): string {
  const own = detail?.vendorCode;
  return typeof own === 'string' ? own : String(statusOf[code] ?? 500);
}

/** The list that Telnyx's documents have for errors, of one. */
export function errorList(code: string, detail: string, parameter?: string | number): object {
  const title = titles[code] ?? titles[code.slice(0, 3)] ?? 'Internal Error';
  return { errors: [{ code, title, detail, ...(parameter !== undefined && { source: { parameter } }) }] };
}

/** What our server for speech in says: in the documents' shape, and with the SDK's two members beside it. */
export function listenError(fault: ServiceFault): object {
  const list = errorList(vendorCodeFor(fault), fault.message, fault.detail?.parameter);
  return { type: 'error', error: fault.message, ...list };
}

/** What our server for speech out says. */
export function speakError(fault: ServiceFault): object {
  return { type: 'error', error: fault.message };
}
