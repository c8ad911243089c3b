import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { AudioFormat } from '../audio/format.ts';
import { sameFormat } from '../audio/format.ts';
import { writeError } from '../audio/sinks/write-error.ts';
import type { Clock } from '../clock.ts';
import type { OpenedConnection, ServerWatcher } from '../server/watcher.ts';
import type { AnyCommand, AnyEvent, AnySettings, WireWatcher } from '../session/options.ts';
import type { Credentials } from '../speech/connect.ts';
import type { ListenRequest } from '../speech/listen.ts';
import type { Step } from '../speech/service.ts';
import type { SpeakRequest } from '../speech/speak.ts';
import type { HttpWatcher } from '../transport/http.ts';
import type { Frame, UpgradeRequest } from '../transport/transport.ts';
import { hiddenKey, isSecretName, Secrets, shownUrl, shownValues } from './secrets.ts';
import { traceHttp } from './trace-http.ts';
import { version } from './version.ts';

/** A trace file, in the format of fixtures/wire/README.md; every connection begins with a first line of its own. */
export interface Trace {
  /** A watcher for one session. */
  watcher(service: TracedService, keyed: boolean): WireWatcher;
  /** A watcher for one connection of a server. */
  serverWatcher(connection: OpenedConnection): ServerWatcher;
  /** A watcher for what is asked of a dialect's catalogue over HTTP. */
  catalogWatcher(dialect: string, baseUrl: string): HttpWatcher;
  /** Rejects with E_FILE or E_DISK_FULL where not all could be written. */
  close(): Promise<void>;
}

/** A dialect, and which way speech goes in it. */
export interface TracedService {
  readonly name: string;
  readonly direction: 'speak' | 'listen';
}

/** Base64 longer than this is audio, and is replaced by its length and hash. */
const longestText = 200;

/** What may wait for the disk, bytes: with more, lines are left out, and it is said how many. */
const mostWaitingBytes = 64 * 1024 * 1024;

/** Rejects with E_FILE where the file cannot be written. */
export async function openTrace(path: string, clock: Clock, secrets: Secrets): Promise<Trace> {
  const file = createWriteStream(path);
  let failure: Error | undefined;
  file.on('error', (error) => {
    failure ??= writeError(error, `the trace ${path}`);
  });
  await opened(file);
  if (failure) throw failure;
  let leftOut = 0;
  const put = (line: object) => file.write(`${secrets.hide(JSON.stringify(line))}\n`);
  const tellLeftOut = () => {
    if (leftOut > 0) put({ kind: 'left out', lines: leftOut });
    leftOut = 0;
  };
  const write = (line: object) => {
    if (file.writableLength > mostWaitingBytes) {
      leftOut++;
      return;
    }
    tellLeftOut();
    put(line);
  };
  let connections = 0;
  const begin: Begin = (first) => {
    const connection = ++connections;
    const startMs = clock.now();
    write({ voxwire: 1, connection, kind: 'trace', ...first });
    return (line, atMs = clock.now()) => write({ t: Math.round((atMs - startMs) * 1000) / 1000, connection, ...line });
  };
  return {
    watcher: (service, keyed) => traceWatcher(service, keyed, begin),
    serverWatcher: (connection) => traceServer(connection, begin),
    catalogWatcher: (dialect, baseUrl) =>
      traceHttp(() =>
        begin({ ...about({ name: dialect, direction: 'catalog' }), settings: { baseUrl: shownUrl(baseUrl) } }),
      ),
    close: () =>
      new Promise((resolve, reject) => {
        tellLeftOut();
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
export type Put = (line: object, atMs?: number) => void;

/** Writes the first line of a connection, and gives what writes the others: they may be mixed with those of others. */
type Begin = (first: object) => Put;

function about({ name, direction }: { name: string; direction: TracedService['direction'] | 'catalog' }): object {
  const date = new Date().toISOString().slice(0, 10);
  return { dialect: name, service: direction, scenario: 'trace', source: `vox ${version}`, date };
}

function firstLine(service: TracedService, { headers, params, baseUrl, ...settings }: AnySettings): object {
  return {
    ...about(service),
    settings: {
      ...settings,
      baseUrl: shownUrl(baseUrl),
      ...(headers && { headers: shownValues(headers) }),
      ...(params && { params: shownValues(params) }),
    },
  };
}

function traceWatcher(service: TracedService, keyed: boolean, begin: Begin): WireWatcher {
  // Nothing comes before `opened`.
  let put: Put = () => {};
  let asked: AudioFormat | undefined;
  return {
    opened(request, settings) {
      asked = settings.format;
      put = begin({
        ...firstLine(service, settings),
        ...(keyed && { key: keyWay(request) }),
        upgrade: {
          url: shownUrl(request.url),
          headers: shownValues(request.headers),
          ...(request.subprotocols.length > 0 && { subprotocols: shownSubprotocols(request.subprotocols) }),
        },
      });
    },
    sent: (frame, atMs) => put({ dir: 'c>s', ...frameOf(frame) }, atMs),
    received: (frame, atMs) => put({ dir: 's>c', ...frameOf(frame) }, atMs),
    command: (command) => put({ cmd: withoutAudio(command, asked) }),
    event: (event) => put({ event: withoutAudio(event, asked) }),
    closed: (code, reason) => put({ dir: 's>c', close: { code, reason } }),
    another: () => traceWatcher(service, keyed, begin),
  };
}

/** `token, KEY`: the first says of what kind the key is. */
function shownSubprotocols([kind, ...keys]: readonly string[]): (string | undefined)[] {
  return [kind, ...keys.map(() => hiddenKey)];
}

function keyWay({ headers, subprotocols }: UpgradeRequest): Credentials['via'] {
  if (subprotocols.length > 0) return 'subprotocol';
  return headers.Authorization === undefined ? 'query' : 'header';
}

/** A server without a key takes any: what a client showed is hidden here, and forgotten with the connection. */
function traceServer(
  { dialect, direction, target, headers, matched, style }: OpenedConnection,
  begin: Begin,
): ServerWatcher {
  const { settings, credentials } = matched;
  const secrets = new Secrets();
  secrets.add(credentials.key);
  const hidden = (line: object) => secrets.hide(JSON.stringify(line));
  const write = begin(
    JSON.parse(
      hidden({
        ...firstLine({ name: dialect, direction }, settings),
        ...(credentials.key !== undefined && { key: credentials.via ?? 'header' }),
        upgrade: { url: shownUrl(`${new URL(settings.baseUrl).origin}${target}`), headers: shownValues(headers) },
        style,
        ways: ['serverDecode', 'serverEncode'],
      }),
    ),
  );
  const put: Put = (line) => write(JSON.parse(hidden(line), shortened));
  let asked: AudioFormat = settings.format;
  const answered = ({ events, frames }: Step<SpeakRequest | ListenRequest>) => {
    for (const request of events) {
      if (request.type === 'configure') asked = request.settings.format;
      put({ ask: withoutAudio(request, asked) });
    }
    for (const frame of frames) put({ dir: 's>c', ...frameOf(frame) });
  };
  return {
    opened: answered,
    decoded(frame, step) {
      put({ dir: 'c>s', ...frameOf(frame) });
      answered(step);
    },
    encoded(event, step) {
      put({ say: withoutAudio(event, asked) });
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

/** What is said, with a hash for its sound, and with that one's format where it is not what was asked for. */
function withoutAudio(said: AnyCommand | AnyEvent | SpeakRequest | ListenRequest, asked?: AudioFormat): object {
  if (said.type !== 'audio') return said;
  const { firstSample, bytes, format } = said.chunk;
  const other = asked !== undefined && !sameFormat(format, asked);
  const numbered = firstSample !== undefined && { firstSample };
  return { ...said, chunk: { ...numbered, ...hashed(bytes), ...(other && { format }) } };
}
