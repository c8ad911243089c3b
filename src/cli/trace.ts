import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Clock } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { WireWatcher } from '../session/options.ts';
import type { SpeakEvent } from '../speech/speak.ts';
import type { Frame } from '../transport/transport.ts';
import { version } from './version.ts';

/** A trace file, in the format of fixtures/wire/README.md; every connection begins with a first line of its own. */
export interface Trace {
  /** A watcher for one session. `key` is taken out wherever it stands. */
  watcher(dialect: string, key: string | undefined): WireWatcher;
  close(): Promise<void>;
}

/** Base64 longer than this is audio, and is replaced by its length and hash. */
const longestText = 200;

export async function openTrace(path: string, clock: Clock): Promise<Trace> {
  const file = createWriteStream(path);
  let failure: Error | undefined;
  file.on('error', (error) => {
    failure = error;
  });
  await new Promise<void>((resolve, reject) => {
    file.once('open', () => resolve());
    file.once('error', (error) =>
      reject(new SpeechError('E_FILE', `cannot write the trace ${path}: ${error.message}`, { cause: error })),
    );
  });
  return {
    watcher: (dialect, key) => traceWatcher(dialect, key, clock, (line) => file.write(`${JSON.stringify(line)}\n`)),
    close: () =>
      new Promise((resolve, reject) => {
        file.end(() => {
          if (failure)
            reject(new SpeechError('E_FILE', `cannot write the trace ${path}: ${failure.message}`, { cause: failure }));
          else resolve();
        });
      }),
  };
}

function traceWatcher(
  dialect: string,
  key: string | undefined,
  clock: Clock,
  write: (line: object) => void,
): WireWatcher {
  let startMs = clock.now();
  const put = (line: object, atMs = clock.now()) => write({ t: Math.round((atMs - startMs) * 1000) / 1000, ...line });
  return {
    opened(request, settings) {
      startMs = clock.now();
      const { headers, ...rest } = settings;
      const hide = (text: string) => withoutKey(text, key);
      write({
        voxwire: 1,
        kind: 'trace',
        dialect,
        service: 'speak',
        scenario: 'trace',
        source: `vox ${version}`,
        date: new Date().toISOString().slice(0, 10),
        settings: { ...rest, ...(headers && { headers: mapValues(headers, hide) }) },
        ...(key !== undefined && { key: request.headers.Authorization === undefined ? 'query' : 'header' }),
        upgrade: { url: hide(request.url), headers: mapValues(request.headers, hide) },
      });
    },
    sent: (frame, atMs) => put({ dir: 'c>s', ...frameOf(frame, key) }, atMs),
    received: (frame, atMs) => put({ dir: 's>c', ...frameOf(frame, key) }, atMs),
    command: (command) => put({ cmd: command }),
    event: (event) => put({ event: eventOf(event) }),
    closed: (code, reason) => put({ dir: 's>c', close: { code, reason } }),
  };
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function withoutKey(text: string, key: string | undefined): string {
  if (!key) return text;
  return text.replaceAll(key, 'KEY').replaceAll(encodeURIComponent(key), 'KEY');
}

function hashed(bytes: Uint8Array) {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function frameOf(frame: Frame, key: string | undefined): object {
  if (frame.kind === 'binary') return { audio: hashed(frame.bytes) };
  const text = withoutKey(frame.text, key);
  try {
    const json: unknown = JSON.parse(text, shortened);
    return { json };
  } catch {
    return { text };
  }
}

/** Audio in JSON stands under `data` or `audio` in every protocol that we speak. */
function shortened(name: string, value: unknown): unknown {
  if ((name !== 'data' && name !== 'audio') || typeof value !== 'string' || value.length <= longestText) return value;
  return { base64: hashed(Buffer.from(value, 'base64')) };
}

function eventOf(event: SpeakEvent): object {
  if (event.type !== 'audio') return event;
  const { firstSample, bytes } = event.chunk;
  return { ...event, chunk: { ...(firstSample !== undefined && { firstSample }), ...hashed(bytes) } };
}
