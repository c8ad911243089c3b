import type { Log } from '../log.ts';
import type { WireWatcher } from '../session/options.ts';
import type { HttpWatcher } from '../transport/http.ts';
import type { Frame } from '../transport/transport.ts';
import { shownUrl } from './secrets.ts';

/** Of a text frame so much is shown: more is audio in base64. */
const shownChars = 400;

/** `--debug wire`: what crosses the wire, a frame a line, and what of it was not understood. */
export function wireLog(log: Log): WireWatcher {
  const say = (text: () => string) => log('wire', text);
  return {
    opened: (request) => say(() => `connect ${shownUrl(request.url)}`),
    sent: (frame) => say(() => `> ${frameText(frame)}`),
    received: (frame) => say(() => `< ${frameText(frame)}`),
    command() {},
    event(event) {
      if (event.type === 'unknown') say(() => `  unknown message: ${event.name}`);
      if (event.type === 'malformed') say(() => `  malformed: ${event.why}`);
    },
    closed: (code, reason) => say(() => `closed ${code} ${reason}`.trimEnd()),
  };
}

/** `--debug wire` of a command that asks over HTTP. */
export function httpLog(log: Log): HttpWatcher {
  return {
    asked: ({ method, url }) => log('wire', () => `> ${method} ${shownUrl(url)}`),
    answered: ({ status, body }) => log('wire', () => `< ${status} ${cutText(body)}`.trimEnd()),
  };
}

function frameText(frame: Frame): string {
  return frame.kind === 'binary' ? `(${frame.bytes.length} bytes)` : cutText(frame.text);
}

function cutText(text: string): string {
  return text.length <= shownChars ? text : `${text.slice(0, shownChars)}… (${text.length} characters)`;
}
