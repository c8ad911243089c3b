import { type ErrorCode, SpeechError } from '../errors.ts';
import type { ServiceFault } from '../speech/connect.ts';
import type { CloseInfo } from '../transport/transport.ts';

/** WebSocket close codes that mean more than a lost connection (RFC 6455, 7.4.1, as the services use them). */
const faults: Partial<Record<number, ErrorCode>> = {
  1002: 'E_PROTOCOL',
  1003: 'E_REQUEST',
  1007: 'E_REQUEST',
  1008: 'E_REQUEST',
  1009: 'E_REQUEST',
  1011: 'E_PROVIDER',
};

/** Whether the service closed of its own will and without a complaint. */
export function closedWell(info: CloseInfo): boolean {
  return info.error === undefined && (info.code === 1000 || info.code === 1005);
}

/** The error of a connection that the service closed before it had done what it was asked. */
export function closedFault(info: CloseInfo): SpeechError {
  if (info.error?.code === 'E_PROTOCOL') return info.error;
  return new SpeechError(faults[info.code] ?? 'E_CLOSED', closedMessage(info), {
    detail: { closeCode: info.code },
    cause: info.error,
  });
}

function closedMessage(info: CloseInfo): string {
  // What the other side wrote may hold anything, a terminal's control characters too.
  const said = info.reason.replace(/\p{Cc}+/gu, ' ').slice(0, 200);
  const reason = said ? `: ${said}` : '';
  return info.code === 1006
    ? `the connection to the service was lost${info.error ? ` (${info.error.message})` : ''}`
    : `the service closed the connection (${info.code}${reason}) before it was done`;
}

/** The error of a connection on which nothing came within the limit; `what` ends where the seconds follow. */
export function lateFault(code: 'E_TIMEOUT' | 'E_PEER_SILENT', what: string, limitMs: number): SpeechError {
  return new SpeechError(code, `${what} ${limitMs / 1000} s`);
}

/** The error of a session that was not there in time; a proxy that it went through may be what is silent. */
export function lateToOpen(what: 'open' | 'become ready', limitMs: number, proxy: string | undefined): SpeechError {
  const through = proxy === undefined ? '' : `, through the proxy ${proxy}`;
  return new SpeechError('E_CONNECT_TIMEOUT', `the session did not ${what} within ${limitMs / 1000} s${through}`, {
    ...(proxy !== undefined && { detail: { proxy } }),
  });
}

/** The error of a fault that a service told, or that its codec read in the way it closed. */
export function toldFault({ code, message, todo, detail }: ServiceFault): SpeechError {
  return new SpeechError(code, message, {
    ...(todo !== undefined && { todo }),
    ...(detail && { detail: { ...detail } }),
  });
}
