import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { encodings } from '../../src/audio/format.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { errorTable } from '../../src/errors.ts';

/** The reader of fixtures/wire; fixtures/wire/README.md is the description of what is read here. */
const root = fileURLToPath(new URL('../../fixtures/wire/', import.meta.url));

const digest = v.strictObject({ bytes: v.number(), sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });
const hex = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/));
const format = v.strictObject({ encoding: v.picklist(encodings), sampleRateHz: v.number(), channels: v.number() });
const words = v.record(v.string(), v.string());
const pronunciation = v.union([v.strictObject({ name: v.string() }), v.strictObject({ id: v.string() })]);

const settings = v.strictObject({
  baseUrl: v.string(),
  format,
  model: v.optional(v.string()),
  voice: v.optional(v.string()),
  language: v.optional(v.string()),
  speed: v.optional(v.number()),
  params: v.optional(words),
  route: v.optional(v.string()),
  region: v.optional(v.string()),
  worldPart: v.optional(v.string()),
  headers: v.optional(words),
  interruptWith: v.optional(v.picklist(['cancel', 'clear'])),
  pronunciation: v.optional(pronunciation),
});

export const ways = ['clientEncode', 'clientDecode', 'serverDecode', 'serverEncode'] as const;
export type Way = (typeof ways)[number];

const header = v.strictObject({
  voxwire: v.literal(1),
  connection: v.optional(v.number()),
  kind: v.picklist(['transcript', 'trace']),
  dialect: v.string(),
  service: v.picklist(['speak', 'listen']),
  scenario: v.string(),
  source: v.pipe(v.string(), v.minLength(1)),
  date: v.pipe(v.string(), v.isoDate()),
  settings,
  key: v.optional(v.picklist(['header', 'query'])),
  upgrade: v.optional(v.strictObject({ url: v.string(), headers: words })),
  style: v.optional(
    v.strictObject({
      audio: v.optional(v.picklist(['binary', 'json'])),
      casing: v.optional(v.picklist(['slng', 'deepgram'])),
      end: v.optional(v.picklist(['flushed', 'audioEnd', 'close'])),
      cancel: v.optional(v.picklist(['known', 'unknown'])),
    }),
  ),
  ways: v.optional(v.array(v.picklist(ways))),
});

const turn = v.string();
const type = <const T extends string>(name: T) => v.literal(name);
const turnSettings = v.optional(v.strictObject({ pronunciation: v.optional(pronunciation) }));

const commands = [
  v.strictObject({ type: type('begin'), turn, settings: turnSettings }),
  v.strictObject({ type: type('text'), turn, text: v.string(), throughChar: v.number() }),
  v.strictObject({ type: type('flush'), turn }),
  v.strictObject({ type: type('end'), turn }),
  v.strictObject({ type: type('interrupt'), turn, heardMs: v.optional(v.number()) }),
  v.strictObject({ type: type('keepAlive') }),
  v.strictObject({ type: type('close') }),
] as const;

const codes = Object.keys(errorTable).filter((code): code is ErrorCode => Object.hasOwn(errorTable, code));
const fault = v.strictObject({
  code: v.picklist(codes),
  message: v.string(),
  detail: v.optional(v.record(v.string(), v.union([v.string(), v.number()]))),
});

const chunk = v.union([
  v.strictObject({ firstSample: v.optional(v.number()), hex }),
  v.strictObject({ firstSample: v.optional(v.number()), ...digest.entries }),
]);
const wordTime = v.strictObject({ text: v.string(), startMs: v.number(), endMs: v.number() });

const event = v.variant('type', [
  v.strictObject({
    type: type('ready'),
    sessionId: v.optional(v.string()),
    requestId: v.optional(v.string()),
    warnings: v.optional(v.array(v.string())),
  }),
  v.strictObject({ type: type('audio'), turn, chunk }),
  v.strictObject({ type: type('progress'), turn, throughChar: v.number() }),
  v.strictObject({ type: type('words'), turn, items: v.array(wordTime) }),
  v.strictObject({ type: type('ended'), turn, why: v.picklist(['done', 'interrupted', 'failed']) }),
  v.strictObject({
    type: type('warning'),
    code: v.string(),
    message: v.string(),
    learned: v.optional(v.strictObject({ interruptWith: v.picklist(['cancel', 'clear']) })),
  }),
  v.strictObject({ type: type('error'), turn: v.optional(turn), fault }),
  v.strictObject({ type: type('note'), name: v.string(), detail: v.optional(v.record(v.string(), v.unknown())) }),
  v.strictObject({ type: type('unknown'), name: v.string() }),
  v.strictObject({ type: type('malformed'), why: v.string() }),
]);

const request = v.variant('type', [
  ...commands,
  v.strictObject({ type: type('configure'), settings }),
  v.strictObject({ type: type('reject'), fault }),
]);

const every = { t: v.optional(v.number()), connection: v.optional(v.number()) };
const dir = v.picklist(['c>s', 's>c']);
const line = v.union([
  v.strictObject({ ...every, cmd: v.variant('type', [...commands]) }),
  v.strictObject({ ...every, ask: request }),
  v.strictObject({ ...every, say: event }),
  v.strictObject({ ...every, event }),
  v.strictObject({ ...every, dir, json: v.unknown() }),
  v.strictObject({ ...every, dir, text: v.string() }),
  v.strictObject({ ...every, dir, hex }),
  v.strictObject({ ...every, dir, audio: digest }),
  v.strictObject({ ...every, dir, close: v.strictObject({ code: v.number(), reason: v.string() }) }),
]);

export type FixtureHeader = v.InferOutput<typeof header>;
export type FixtureLine = v.InferOutput<typeof line>;
export type FixtureEvent = v.InferOutput<typeof event>;
export type FixtureChunk = v.InferOutput<typeof chunk>;

export interface Fixture {
  /** Path below fixtures/wire. */
  readonly name: string;
  readonly header: FixtureHeader;
  readonly ways: readonly Way[];
  readonly lines: readonly FixtureLine[];
}

/** Throws with the line's number (of its connection) where a line is not of the format. */
export function parseFixture(name: string, content: string): Fixture {
  const [first, ...rest] = content.trimEnd().split('\n');
  const read = <Schema extends v.GenericSchema>(schema: Schema, text: string, number: number) => {
    try {
      return v.parse(schema, JSON.parse(text));
    } catch (thrown) {
      throw new Error(`${name}:${number}: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
  };
  const head = read(header, first ?? '', 1);
  return {
    name,
    header: head,
    ways: head.ways ?? (head.kind === 'trace' ? ['clientEncode', 'clientDecode'] : ways),
    lines: rest.map((text, i) => read(line, text, i + 2)),
  };
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
export function readFixtures(dialect: string, service: 'speak' | 'listen'): Fixture[] {
  const folder = join(root, dialect, service);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => parseFixture(`${dialect}/${service}/${name}`, readFileSync(join(folder, name), 'utf8')));
}
