import type { ErrorCode } from '../../errors.ts';
import type { HangUp, ServiceFault } from '../../speech/connect.ts';
import type { Limit, LimitWords } from '../../speech/service.ts';
import type { CloseInfo } from '../../transport/transport.ts';
import { oneLine } from '../shapes/faults.ts';

type Direction = 'speak' | 'listen';

/** What Deepgram closes a connection with: the close code, and what the reason's first word means. */
interface Close {
  readonly close: number;
  readonly means: string;
  readonly code: ErrorCode;
  readonly todo: string;
}

const retry = 'try again later; https://status.deepgram.com says whether it is known';

/**
 * The table of the pages `tts-` and `stt-troubleshooting-websocket-…-errors` (PROTOCOLS 2.2). Where the two directions
 * mean different things by a word, speech in stands behind `listen`.
 */
const closes: Readonly<Record<string, Close & { readonly listen?: Partial<Close> }>> = {
  'MESSAGE-0000': {
    close: 1003,
    means: 'only text messages are taken here',
    code: 'E_REQUEST',
    todo: 'report it with a --trace',
  },
  'DATA-0000': {
    close: 1008,
    means: 'the message is no valid command',
    code: 'E_REQUEST',
    todo: 'report it with a --trace',
    listen: {
      means: 'the data cannot be decoded as audio',
      todo: 'check what the audio really is: --encoding and --sample-rate must say it',
    },
  },
  'DATA-0001': {
    close: 1008,
    means: 'more characters came than may be spoken in a minute',
    code: 'E_RATE_LIMIT',
    todo: 'wait a minute; Deepgram takes 2400 characters in 60 s',
  },
  'BIG-0000': {
    close: 1009,
    means: 'the message is too large',
    code: 'E_REQUEST',
    todo: 'send less in one message',
  },
  'BIG-0001': {
    close: 1009,
    means: 'the text has too many characters',
    code: 'E_REQUEST',
    todo: 'cut the text: Deepgram takes 2000 characters in one message',
  },
  'NET-0000': { close: 1011, means: 'the service failed', code: 'E_PROVIDER', todo: retry },
  'NET-0001': {
    close: 1011,
    means: 'no message came in time',
    code: 'E_CLOSED',
    todo: 'try again; the connection was idle for too long, or the network lost what was sent',
    listen: {
      means: 'no audio and no message came in time',
      todo: 'send audio within 10 s of opening; a KeepAlive alone does not keep a session without audio',
    },
  },
  'NET-0002': {
    close: 1011,
    means: 'the service could not send',
    code: 'E_PROVIDER',
    todo: 'check the network and firewall, then try again',
  },
  'NET-0003': {
    close: 1011,
    means: 'the connection has lasted as long as one may',
    code: 'E_CLOSED',
    todo: 'open a new connection: one lasts 60 minutes',
  },
};

/** All that are known, for tests and documents. */
export const closeWords: readonly string[] = Object.keys(closes);

function closeFor(word: string, direction: Direction): Close | undefined {
  const found = Object.hasOwn(closes, word) ? closes[word] : undefined;
  return found && { ...found, ...(direction === 'listen' && found.listen) };
}

/** As in the table, or as in the link of a live reason: `See https://dpgr.am/net0001` (PROTOCOLS 2.3). */
const wordForm = /\b(MESSAGE|DATA|BIG|NET)-?(\d{4})\b/i;

/** What a close says that its code alone does not; undefined where it says no more. */
export function closeFault({ code: closeCode, reason }: CloseInfo, direction: Direction): ServiceFault | undefined {
  const [, kind = '', number = ''] = wordForm.exec(reason) ?? [];
  const vendorCode = `${kind.toUpperCase()}-${number}`;
  const found = closeFor(vendorCode, direction);
  // 1006 is no close of the service: what stands in its reason is what broke the connection on this side.
  if (found === undefined || closeCode === 1000 || closeCode === 1006) return undefined;
  const { code, means, todo } = found;
  const message = `the service closed the connection (${closeCode} ${vendorCode}): ${means}`;
  return { code, message, todo, detail: { closeCode, vendorCode } };
}

/** A close's reason has 123 bytes (RFC 6455, 5.5). */
const maxReasonChars = 120;

function reasonOf(word: string, { means }: Close): string {
  return oneLine(`${word}: ${means}`).slice(0, maxReasonChars);
}

/** The close that our server answers a fault with; undefined for one that leaves the connection open. */
export function closeOf({ detail = {} }: ServiceFault, direction: Direction): HangUp | undefined {
  const word = String(detail.vendorCode);
  const found = closeFor(word, direction);
  return found && { type: 'hangUp', code: found.close, reason: reasonOf(word, found) };
}

const wordOfLimit: Readonly<Record<Exclude<Limit, 'flushes'>, string>> = {
  text: 'BIG-0001',
  chars: 'DATA-0001',
  session: 'NET-0003',
  idle: 'NET-0001',
};

/** The live warning of a flush that is one too many (PROTOCOLS 2.2). */
export const excessiveFlush: LimitWords = {
  code: 'EXCESSIVE_FLUSH',
  reason: 'Rate limit exceeded for flushes. Please try again later.',
};

export function limitWords(limit: Limit, direction: Direction): LimitWords | undefined {
  if (limit === 'flushes') return excessiveFlush;
  const word = wordOfLimit[limit];
  const found = closeFor(word, direction);
  return found && { code: found.close, reason: reasonOf(word, found) };
}
