import * as v from 'valibot';
import type { AudioFormat } from '../../src/audio/format.ts';
import type { ConnectSettings } from '../../src/speech/connect.ts';
import type { ListenService, ServerStyle, Service, SpeakService, Traits } from '../../src/speech/service.ts';
import type { Frame } from '../../src/transport/transport.ts';
import type { Fixture, Way } from '../support/wire-fixture.ts';
import { format as formatShape } from '../support/wire-shapes.ts';
import type { Script } from './script.ts';
import { asWritten, comparable, credentialsOf, frameOf, isRecord, listenScript, same, speakScript } from './script.ts';

/** Something that a service did otherwise than the transcript has it. */
export interface Mismatch {
  readonly way: Way | 'upgrade' | 'replay';
  /** The line of the fixture's file, from 1; 0 for the end of the run. */
  readonly line: number;
  readonly expected: unknown;
  readonly got: unknown;
}

export type AnyService = SpeakService | ListenService;

export const defaultStyle: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };

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

function lowerNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Settings as the server reads them from the upgrade, and what differs between the upgrade and the fixture's. */
function readUpgrade<C, E, R, Settings extends ConnectSettings, T extends Traits>(
  service: Service<C, E, R, Settings, T>,
  script: Script<C, E, Settings>,
): { settings: Settings; found: Mismatch[] } {
  const { settings, upgrade, key, ways } = script;
  const found: Mismatch[] = [];
  const check = (expected: unknown, got: unknown) => {
    if (!same(expected, got)) found.push({ way: 'upgrade', line: 1, expected, got });
  };
  const built = service.endpoint.build(settings, credentialsOf(script));
  // What a server wrote down is the upgrade of a client that need not be ours: it is read, and not compared.
  const foreign = !ways.some((way) => way === 'clientEncode' || way === 'clientDecode') ? upgrade : undefined;
  const request = { ...built, ...foreign };
  if (upgrade) {
    const { url, headers, subprotocols } = request;
    check(upgrade, { url, headers, ...(upgrade.subprotocols && { subprotocols }) });
  }
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

function walkClient<C, E, R, S, T extends Traits>(
  service: Service<C, E, R, S, T>,
  script: Script<C, E, S>,
): Mismatch[] {
  const found: Mismatch[] = [];
  const client = service.client(script.settings);
  const frames = new Pending<Frame>('clientEncode', found);
  const events = new Pending<E>('clientDecode', found);
  const run = (step: { frames: readonly Frame[]; events: readonly E[] }, line: number) => {
    frames.settle();
    events.settle();
    frames.add(step.frames, line);
    events.add(step.events, line);
  };
  run(client.opened(), 1);
  script.lines.forEach((entry, i) => {
    const line = i + 2;
    if ('cmd' in entry) run(client.encode(entry.cmd), line);
    else if ('event' in entry) events.expect(line, (got) => compare(entry.event, asWritten(got, entry.event, script)));
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

/** Chunks that are asked of a server have the format that it was configured with last. */
function configured(ask: unknown): AudioFormat | undefined {
  if (!isRecord(ask) || ask.type !== 'configure' || !isRecord(ask.settings)) return undefined;
  return v.parse(formatShape, ask.settings.format);
}

function walkServer<C, E, R, S, T extends Traits>(
  service: Service<C, E, R, S, T>,
  script: Script<C, E, S>,
  settings: S,
): Mismatch[] {
  const found: Mismatch[] = [];
  const server = service.server(settings, { ...defaultStyle, ...script.style });
  let { format } = script;
  const asks = new Pending<unknown>('serverDecode', found);
  const frames = new Pending<Frame>('serverEncode', found);
  const run = (step: { frames: readonly Frame[]; events: readonly unknown[] }, line: number) => {
    asks.settle();
    frames.settle();
    asks.add(step.events, line);
    frames.add(step.frames, line);
  };
  run(server.opened(), 1);
  script.lines.forEach((entry, i) => {
    const line = i + 2;
    if ('say' in entry) run(server.encode(entry.say), line);
    else if ('ask' in entry) {
      format = configured(entry.ask) ?? format;
      asks.expect(line, (got) => compare(entry.ask, asWritten(got, entry.ask, { ...script, format })));
    } else if ('close' in entry) run(server.closed(entry.close), line);
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

function check<C, E, R, S extends ConnectSettings, T extends Traits>(
  service: Service<C, E, R, S, T>,
  script: Script<C, E, S>,
): Mismatch[] {
  const applies = (way: Way) => script.ways.includes(way);
  const { settings, found } = readUpgrade(service, script);
  const client = applies('clientEncode') || applies('clientDecode') ? walkClient(service, script) : [];
  const server = applies('serverDecode') || applies('serverEncode') ? walkServer(service, script, settings) : [];
  const wanted: ReadonlySet<string> = new Set(script.ways);
  return [...found, ...[...client, ...server].filter(({ way }) => wanted.has(way))];
}

/** Runs a service over one transcript, in the ways that apply to it. Empty where it does all that the transcript says. */
export function checkFixture(service: AnyService, fixture: Fixture): Mismatch[] {
  if (service.direction === 'speak' && fixture.direction === 'speak') return check(service, speakScript(fixture));
  if (service.direction === 'listen' && fixture.direction === 'listen') return check(service, listenScript(fixture));
  return [{ way: 'upgrade', line: 1, expected: fixture.direction, got: service.direction }];
}
