import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { writeError } from '../audio/sinks/write-error.ts';
import type { Clock } from '../clock.ts';
import type { OpenedConnection, ServerWatcher } from '../server/watcher.ts';
import type { WireWatcher } from '../session/options.ts';
import type { SpeakRequest, Step } from '../speech/service.ts';
import type { SpeakEvent, SpeakSettings } from '../speech/speak.ts';
import type { Frame } from '../transport/transport.ts';
import { hiddenKey, isSecretName, Secrets, shownUrl, shownValues } from './secrets.ts';
import { version } from './version.ts';

/** A trace file, in the format of fixtures/wire/README.md; every connection begins with a first line of its own. */
export interface Trace {
  /** A watcher for one session. */
  watcher(dialect: string, keyed: boolean): WireWatcher;
  /** A watcher for one connection of a server. */
  serverWatcher(connection: OpenedConnection): ServerWatcher;
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
  let connections = 0;
  const begin: Begin = (first) => {
    const connection = ++connections;
    const startMs = clock.now();
    write({ voxwire: 1, connection, kind: 'trace', ...first });
    return (line, atMs = clock.now()) => write({ t: Math.round((atMs - startMs) * 1000) / 1000, connection, ...line });
  };
  return {
    watcher: (dialect, keyed) => traceWatcher(dialect, keyed, begin),
    serverWatcher: (connection) => traceServer(connection, begin),
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

/** Writes a line of a connection. */
type Put = (line: object, atMs?: number) => void;

/** Writes the first line of a connection, and gives what writes the others: they may be mixed with those of others. */
type Begin = (first: object) => Put;

function firstLine(dialect: string, { headers, params, baseUrl, ...settings }: SpeakSettings): object {
  return {
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
  };
}

function traceWatcher(dialect: string, keyed: boolean, begin: Begin): WireWatcher {
  // Nothing comes before `opened`.
  let put: Put = () => {};
  return {
    opened(request, settings) {
      put = begin({
        ...firstLine(dialect, settings),
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

/** A server without a key takes any: what a client showed is hidden here, and forgotten with the connection. */
function traceServer({ dialect, target, headers, matched, style }: OpenedConnection, begin: Begin): ServerWatcher {
  const { settings, credentials } = matched;
  const secrets = new Secrets();
  secrets.add(credentials.key);
  const hidden = (line: object) => secrets.hide(JSON.stringify(line));
  const write = begin(
    JSON.parse(
      hidden({
        ...firstLine(dialect, settings),
        ...(credentials.key !== undefined && { key: credentials.via ?? 'header' }),
        upgrade: { url: shownUrl(`${new URL(settings.baseUrl).origin}${target}`), headers: shownValues(headers) },
        style,
        ways: ['serverDecode', 'serverEncode'],
      }),
    ),
  );
  const put: Put = (line) => write(JSON.parse(hidden(line), shortened));
  const answered = ({ events, frames }: Step<SpeakRequest>) => {
    for (const request of events) put({ ask: request });
    for (const frame of frames) put({ dir: 's>c', ...frameOf(frame) });
  };
  return {
    opened: answered,
    decoded(frame, step) {
      put({ dir: 'c>s', ...frameOf(frame) });
      answered(step);
    },
    encoded(event, step) {
      put({ say: eventOf(event) });
      answered(step);
    },
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
