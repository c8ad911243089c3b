import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AudioChunk, AudioFormat } from '../../src/audio/format.ts';
import type { ServerStyle, SpeakService } from '../../src/speech/service.ts';
import type { Credentials, SpeakEvent, SpeakSettings } from '../../src/speech/speak.ts';
import type { Frame } from '../../src/transport/transport.ts';
import type { Fixture, FixtureChunk, FixtureEvent, FixtureLine, Way } from '../support/wire-fixture.ts';

/** Something that a service did otherwise than the transcript has it. */
export interface Mismatch {
  readonly way: Way | 'upgrade' | 'replay';
  /** The line of the fixture's file, from 1; 0 for the end of the run. */
  readonly line: number;
  readonly expected: unknown;
  readonly got: unknown;
}

const defaultStyle: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };

/** As JSON has it: without undefined members, which a fixture cannot write. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function same(expected: unknown, got: unknown): boolean {
  return isDeepStrictEqual(plain(expected), plain(got));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Puts zero bytes where a trace kept only the length of base64 audio. */
function withAudio(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withAudio);
  if (!isRecord(value)) return value;
  const kept = value.base64;
  if (isRecord(kept) && typeof kept.bytes === 'number') return Buffer.alloc(kept.bytes).toString('base64');
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withAudio(inner)]));
}

export function frameOf(line: FixtureLine): Frame | undefined {
  if ('json' in line) return { kind: 'text', text: JSON.stringify(withAudio(line.json)) };
  if ('text' in line) return { kind: 'text', text: line.text };
  if ('hex' in line) return { kind: 'binary', bytes: Uint8Array.from(Buffer.from(line.hex, 'hex')) };
  if ('audio' in line) return { kind: 'binary', bytes: new Uint8Array(line.audio.bytes) };
  return undefined;
}

/** A frame in the form in which two can be compared: JSON as a value, bytes as hex. */
export function comparable(frame: Frame | undefined): unknown {
  if (frame === undefined) return undefined;
  if (frame.kind === 'binary') return { hex: Buffer.from(frame.bytes).toString('hex') };
  try {
    return { json: JSON.parse(frame.text) };
  } catch {
    return { text: frame.text };
  }
}

function chunkOf(chunk: FixtureChunk, format: AudioFormat): AudioChunk {
  const bytes = 'hex' in chunk ? Uint8Array.from(Buffer.from(chunk.hex, 'hex')) : new Uint8Array(chunk.bytes);
  return { format, bytes, firstSample: chunk.firstSample };
}

function saidEvent(event: FixtureEvent, format: AudioFormat): SpeakEvent {
  return event.type === 'audio' ? { ...event, chunk: chunkOf(event.chunk, format) } : event;
}

/** An event in the form of the fixture's line, so that the two can be compared. */
export function asWritten(got: SpeakEvent | undefined, expected: FixtureEvent, { header }: Fixture): unknown {
  if (got?.type !== 'audio' || expected.type !== 'audio') return got;
  const { bytes, firstSample, format } = got.chunk;
  // What the line does not say of the format is said by the settings; anything else shows up as a member too many.
  const wrongFormat = same(format, header.settings.format) ? undefined : format;
  if ('hex' in expected.chunk) {
    const hex = Buffer.from(bytes).toString('hex');
    return { type: 'audio', turn: got.turn, chunk: { firstSample, hex, wrongFormat } };
  }
  const hash = createHash('sha256').update(bytes).digest('hex');
  const sha256 = header.kind === 'trace' ? expected.chunk.sha256 : hash;
  return { type: 'audio', turn: got.turn, chunk: { firstSample, bytes: bytes.length, sha256, wrongFormat } };
}

/** What one codec has given and the transcript has not come to yet. */
export class Pending<Item> {
  readonly #found: Mismatch[];
  readonly #way: Mismatch['way'];
  #items: { item: Item; line: number }[] = [];

  constructor(way: Mismatch['way'], found: Mismatch[]) {
    this.#way = way;
    this.#found = found;
  }

  add(items: readonly Item[], line: number): void {
    this.#items.push(...items.map((item) => ({ item, line })));
  }

  expect(line: number, check: (got: Item | undefined) => { expected: unknown; got: unknown } | undefined): void {
    const wrong = check(this.#items.shift()?.item);
    if (wrong) this.#found.push({ way: this.#way, line, ...wrong });
  }

  /** Before something new happens, all that came of the last must have been in the transcript. */
  settle(): void {
    for (const { item, line } of this.#items)
      this.#found.push({ way: this.#way, line, expected: undefined, got: item });
    this.#items = [];
  }
}

/** Undefined where both say the same. */
export function compare(expected: unknown, got: unknown) {
  return same(expected, got) ? undefined : { expected, got };
}

export function credentialsOf({ header }: Fixture): Credentials {
  return header.key === undefined ? {} : { key: 'KEY', via: header.key };
}

function lowerNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Settings as the server reads them from the upgrade, and what differs between the upgrade and the fixture's. */
function readUpgrade(service: SpeakService, fixture: Fixture): { settings: SpeakSettings; found: Mismatch[] } {
  const { settings, upgrade, key } = fixture.header;
  const found: Mismatch[] = [];
  const check = (expected: unknown, got: unknown) => {
    if (!same(expected, got)) found.push({ way: 'upgrade', line: 1, expected, got });
  };
  const built = service.endpoint.build(settings, credentialsOf(fixture));
  // What a server wrote down is the upgrade of a client that need not be ours: it is read, and not compared.
  const foreign = !fixture.ways.some((way) => way === 'clientEncode' || way === 'clientDecode') ? upgrade : undefined;
  const request = { ...built, ...foreign };
  if (upgrade) check(upgrade, { url: request.url, headers: request.headers });
  const matched = service.endpoint.match(new URL(request.url), lowerNames(request.headers), request.subprotocols);
  if (matched === undefined || 'status' in matched) {
    check('a match', matched);
    return { settings, found };
  }
  check(key === undefined ? undefined : 'KEY', matched.credentials.key);
  check(settings.model ?? service.traits.defaults.model, matched.settings.model);
  check(settings.baseUrl, matched.settings.baseUrl);
  return { settings: matched.settings, found };
}

function walkClient(service: SpeakService, fixture: Fixture): Mismatch[] {
  const found: Mismatch[] = [];
  const client = service.client(fixture.header.settings);
  const frames = new Pending<Frame>('clientEncode', found);
  const events = new Pending<SpeakEvent>('clientDecode', found);
  const run = (step: { frames: readonly Frame[]; events: readonly SpeakEvent[] }, line: number) => {
    frames.settle();
    events.settle();
    frames.add(step.frames, line);
    events.add(step.events, line);
  };
  run(client.opened(), 1);
  fixture.lines.forEach((entry, i) => {
    const line = i + 2;
    if ('cmd' in entry) run(client.encode(entry.cmd), line);
    else if ('event' in entry) events.expect(line, (got) => compare(entry.event, asWritten(got, entry.event, fixture)));
    else if ('close' in entry) run(client.closed(entry.close), line);
    else if ('dir' in entry) {
      const frame = frameOf(entry);
      if (frame === undefined) return;
      if (entry.dir === 'c>s') frames.expect(line, (got) => compare(comparable(frame), comparable(got)));
      else run(client.decode(frame), line);
    }
  });
  frames.settle();
  events.settle();
  return found;
}

function walkServer(service: SpeakService, fixture: Fixture, settings: SpeakSettings): Mismatch[] {
  const found: Mismatch[] = [];
  const server = service.server(settings, { ...defaultStyle, ...fixture.header.style });
  const asks = new Pending<unknown>('serverDecode', found);
  const frames = new Pending<Frame>('serverEncode', found);
  const run = (step: { frames: readonly Frame[]; events: readonly unknown[] }, line: number) => {
    asks.settle();
    frames.settle();
    asks.add(step.events, line);
    frames.add(step.frames, line);
  };
  run(server.opened(), 1);
  fixture.lines.forEach((entry, i) => {
    const line = i + 2;
    if ('say' in entry) run(server.encode(saidEvent(entry.say, fixture.header.settings.format)), line);
    else if ('ask' in entry) asks.expect(line, (got) => compare(entry.ask, got));
    else if ('close' in entry) run(server.closed(entry.close), line);
    else if ('dir' in entry) {
      const frame = frameOf(entry);
      if (frame === undefined) return;
      if (entry.dir === 's>c') frames.expect(line, (got) => compare(comparable(frame), comparable(got)));
      else run(server.decode(frame), line);
    }
  });
  asks.settle();
  frames.settle();
  return found;
}

/** Runs a service over one transcript, in the ways that apply to it. Empty where it does all that the transcript says. */
export function checkFixture(service: SpeakService, fixture: Fixture): Mismatch[] {
  const applies = (way: Way) => fixture.ways.includes(way);
  const { settings, found } = readUpgrade(service, fixture);
  const client = applies('clientEncode') || applies('clientDecode') ? walkClient(service, fixture) : [];
  const server = applies('serverDecode') || applies('serverEncode') ? walkServer(service, fixture, settings) : [];
  const wanted: ReadonlySet<string> = new Set(fixture.ways);
  return [...found, ...[...client, ...server].filter(({ way }) => wanted.has(way))];
}
