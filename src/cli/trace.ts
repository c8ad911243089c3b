import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { writeError } from '../audio/sinks/write-error.ts';
import type { Clock } from '../clock.ts';
import type { WireWatcher } from '../session/options.ts';
import type { SpeakEvent } from '../speech/speak.ts';
import type { Frame } from '../transport/transport.ts';
import { hiddenKey, isSecretName, type Secrets, shownUrl, shownValues } from './secrets.ts';
import { version } from './version.ts';

/** A trace file, in the format of fixtures/wire/README.md; every connection begins with a first line of its own. */
export interface Trace {
  /** A watcher for one session. */
  watcher(dialect: string, keyed: boolean): WireWatcher;
  /** Rejects with E_FILE or E_DISK_FULL where not all could be written. */
  close(): Promise<void>;
}

/** Base64 longer than this is audio, and is replaced by its length and hash. */
const longestText = 200;

/** Rejects with E_FILE where the file cannot be written. */
export async function openTrace(path: string, clock: Clock, secrets: Secrets): Promise<Trace> {
  const file = createWriteStream(path);
  let failure: Error | undefined;
  file.on('error', (error) => {
    failure ??= writeError(error, `the trace ${path}`);
  });
  await opened(file);
  if (failure) throw failure;
  const write = (line: object) => file.write(`${secrets.hide(JSON.stringify(line))}\n`);
  return {
    watcher: (dialect, keyed) => traceWatcher(dialect, keyed, clock, write),
    close: () =>
      new Promise((resolve, reject) => {
        file.end(() => (failure ? reject(failure) : resolve()));
      }),
  };
}

function opened(file: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    file.once('open', () => resolve());
    file.once('error', () => resolve());
  });
}

function traceWatcher(dialect: string, keyed: boolean, clock: Clock, write: (line: object) => void): WireWatcher {
  let startMs = clock.now();
  const put = (line: object, atMs = clock.now()) => write({ t: Math.round((atMs - startMs) * 1000) / 1000, ...line });
  return {
    opened(request, { headers, params, baseUrl, ...settings }) {
      startMs = clock.now();
      write({
        voxwire: 1,
        kind: 'trace',
        dialect,
        service: 'speak',
        scenario: 'trace',
        source: `vox ${version}`,
        date: new Date().toISOString().slice(0, 10),
        settings: {
          ...settings,
          baseUrl: shownUrl(baseUrl),
          ...(headers && { headers: shownValues(headers) }),
          ...(params && { params: shownValues(params) }),
        },
        ...(keyed && { key: request.headers.Authorization === undefined ? 'query' : 'header' }),
        upgrade: { url: shownUrl(request.url), headers: shownValues(request.headers) },
      });
    },
    sent: (frame, atMs) => put({ dir: 'c>s', ...frameOf(frame) }, atMs),
    received: (frame, atMs) => put({ dir: 's>c', ...frameOf(frame) }, atMs),
    command: (command) => put({ cmd: command }),
    event: (event) => put({ event: eventOf(event) }),
    closed: (code, reason) => put({ dir: 's>c', close: { code, reason } }),
  };
}

function hashed(bytes: Uint8Array) {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function frameOf(frame: Frame): object {
  if (frame.kind === 'binary') return { audio: hashed(frame.bytes) };
  try {
    const json: unknown = JSON.parse(frame.text, shortened);
    return { json };
  } catch {
    return { text: frame.text };
  }
}

/** Audio in JSON stands under `data` or `audio` in every protocol that we speak. */
function shortened(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (isSecretName(name)) return hiddenKey;
  if ((name !== 'data' && name !== 'audio') || value.length <= longestText) return value;
  return { base64: hashed(Buffer.from(value, 'base64')) };
}

function eventOf(event: SpeakEvent): object {
  if (event.type !== 'audio') return event;
  const { firstSample, bytes } = event.chunk;
  return { ...event, chunk: { ...(firstSample !== undefined && { firstSample }), ...hashed(bytes) } };
}
