import { createHash } from 'node:crypto';
import type { HttpAnswer, HttpWatcher } from '../transport/http.ts';
import { hiddenKey, isSecretName, shownUrl, shownValues } from './secrets.ts';
import type { Put } from './trace.ts';

/** A longer body is replaced by its length and hash: of a catalogue that is some hundred kilobytes, all is kept. */
const longestBodyChars = 1024 * 1024;

/** Writes requests over HTTP and their answers into a trace (fixtures/wire/README.md). `begin` writes the first line. */
export function traceHttp(begin: () => Put): HttpWatcher {
  let put: Put | undefined;
  return {
    asked({ method, url, headers }) {
      put ??= begin();
      put({ dir: 'c>s', http: { method, url: shownUrl(url), headers: shownValues(headers) } });
    },
    answered(answer) {
      const { status, headers } = answer;
      put?.({ dir: 's>c', http: { status, headers: shownValues(headers), ...bodyOf(answer) } });
    },
  };
}

function bodyOf({ body }: HttpAnswer): object {
  if (body === '') return {};
  if (body.length > longestBodyChars) {
    return { body: { bytes: Buffer.byteLength(body), sha256: createHash('sha256').update(body).digest('hex') } };
  }
  try {
    const json: unknown = JSON.parse(body, withoutSecrets);
    return { json };
  } catch {
    return { text: body };
  }
}

function withoutSecrets(name: string, value: unknown): unknown {
  return typeof value === 'string' && isSecretName(name) ? hiddenKey : value;
}
