import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { listenCommand, listenEvent, listenRequest, listenSettings } from './wire-listen.ts';
import { digest, hex, words } from './wire-shapes.ts';
import { speakCommand, speakEvent, speakRequest, speakSettings } from './wire-speak.ts';

/** The reader of fixtures/wire; fixtures/wire/README.md is the description of what is read here. */
const root = fileURLToPath(new URL('../../fixtures/wire/', import.meta.url));

export const ways = ['clientEncode', 'clientDecode', 'serverDecode', 'serverEncode'] as const;
export type Way = (typeof ways)[number];

const head = {
  voxwire: v.literal(1),
  connection: v.optional(v.number()),
  kind: v.picklist(['transcript', 'trace']),
  dialect: v.string(),
  scenario: v.string(),
  source: v.pipe(v.string(), v.minLength(1)),
  date: v.pipe(v.string(), v.isoDate()),
  key: v.optional(v.picklist(['header', 'query', 'subprotocol'])),
  upgrade: v.optional(
    v.strictObject({ url: v.string(), headers: words, subprotocols: v.optional(v.array(v.string())) }),
  ),
  style: v.optional(
    v.strictObject({
      audio: v.optional(v.picklist(['binary', 'json'])),
      casing: v.optional(v.picklist(['slng', 'deepgram'])),
      end: v.optional(v.picklist(['flushed', 'audioEnd', 'close'])),
      cancel: v.optional(v.picklist(['known', 'unknown'])),
    }),
  ),
  ways: v.optional(v.array(v.picklist(ways))),
};
const speakHeader = v.strictObject({ ...head, service: v.literal('speak'), settings: speakSettings });
const listenHeader = v.strictObject({ ...head, service: v.literal('listen'), settings: listenSettings });

const every = { t: v.optional(v.number()), connection: v.optional(v.number()) };
const dir = v.picklist(['c>s', 's>c']);
const frames = [
  v.strictObject({ ...every, dir, json: v.unknown() }),
  v.strictObject({ ...every, dir, text: v.string() }),
  v.strictObject({ ...every, dir, hex }),
  v.strictObject({ ...every, dir, audio: digest }),
  v.strictObject({ ...every, dir, close: v.strictObject({ code: v.number(), reason: v.string() }) }),
] as const;
const frameLine = v.union([...frames]);
const speakLine = v.union([
  v.strictObject({ ...every, cmd: speakCommand }),
  v.strictObject({ ...every, ask: speakRequest }),
  v.strictObject({ ...every, say: speakEvent }),
  v.strictObject({ ...every, event: speakEvent }),
  ...frames,
]);
const listenLine = v.union([
  v.strictObject({ ...every, cmd: listenCommand }),
  v.strictObject({ ...every, ask: listenRequest }),
  v.strictObject({ ...every, say: listenEvent }),
  v.strictObject({ ...every, event: listenEvent }),
  ...frames,
]);

export type FrameLine = v.InferOutput<typeof frameLine>;

interface FixtureOf<Direction, Header, Line> {
  readonly direction: Direction;
  /** Path below fixtures/wire. */
  readonly name: string;
  readonly header: Header;
  readonly ways: readonly Way[];
  readonly lines: readonly Line[];
}

export type SpeakFixture = FixtureOf<'speak', v.InferOutput<typeof speakHeader>, v.InferOutput<typeof speakLine>>;
export type ListenFixture = FixtureOf<'listen', v.InferOutput<typeof listenHeader>, v.InferOutput<typeof listenLine>>;
export type Fixture = SpeakFixture | ListenFixture;

/** Throws with the line's number (of its connection) where a line is not of the format. */
export function parseFixture(name: string, content: string): Fixture {
  const [first = '', ...rest] = content.trimEnd().split('\n');
  const read = <Schema extends v.GenericSchema>(schema: Schema, text: string, number: number) => {
    try {
      return v.parse(schema, JSON.parse(text));
    } catch (thrown) {
      throw new Error(`${name}:${number}: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
  };
  const all = <Schema extends v.GenericSchema>(schema: Schema) => rest.map((text, i) => read(schema, text, i + 2));
  const { service } = read(v.object({ service: v.picklist(['speak', 'listen']) }), first, 1);
  if (service === 'speak') {
    const header = read(speakHeader, first, 1);
    return { direction: service, name, header, ways: waysOf(header), lines: all(speakLine) };
  }
  const header = read(listenHeader, first, 1);
  return { direction: service, name, header, ways: waysOf(header), lines: all(listenLine) };
}

function waysOf({ ways: named, kind }: Fixture['header']): readonly Way[] {
  return named ?? (kind === 'trace' ? ['clientEncode', 'clientDecode'] : ways);
}

/** A trace holds several connections, whose lines may be mixed: each says of which it is. */
export function parseTrace(name: string, content: string): Fixture[] {
  const connections = new Map<number, string[]>();
  for (const text of content.trimEnd().split('\n')) {
    const { connection } = v.parse(v.object({ connection: v.number() }), JSON.parse(text));
    connections.set(connection, [...(connections.get(connection) ?? []), text]);
  }
  return [...connections.values()].map((lines) => parseFixture(name, lines.join('\n')));
}

/** All fixtures of a dialect and a direction, in the order of their names. */
function fixturesIn(dialect: string, service: Fixture['direction']): Fixture[] {
  const folder = join(root, dialect, service);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((file) => {
      const fixture = parseFixture(`${dialect}/${service}/${file}`, readFileSync(join(folder, file), 'utf8'));
      if (fixture.direction !== service) throw new Error(`${fixture.name} is a transcript of ${fixture.direction}`);
      return fixture;
    });
}

export function speakFixtures(dialect: string): SpeakFixture[] {
  return fixturesIn(dialect, 'speak').filter((fixture) => fixture.direction === 'speak');
}

export function listenFixtures(dialect: string): ListenFixture[] {
  return fixturesIn(dialect, 'listen').filter((fixture) => fixture.direction === 'listen');
}
