import * as v from 'valibot';

/** The reader of what a trace holds of HTTP; fixtures/wire/README.md is the description of what is read here. */
const every = { t: v.pipe(v.number(), v.minValue(0)), connection: v.number() };
const words = v.record(v.string(), v.string());
const status = v.number();
const digest = v.strictObject({ bytes: v.number(), sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

const header = v.strictObject({
  voxwire: v.literal(1),
  connection: v.number(),
  kind: v.literal('trace'),
  dialect: v.string(),
  service: v.literal('catalog'),
  scenario: v.literal('trace'),
  source: v.pipe(v.string(), v.minLength(1)),
  date: v.pipe(v.string(), v.isoDate()),
  settings: v.strictObject({ baseUrl: v.string() }),
});

const request = v.strictObject({
  ...every,
  dir: v.literal('c>s'),
  http: v.strictObject({ method: v.literal('GET'), url: v.pipe(v.string(), v.url()), headers: words }),
});

const answer = v.strictObject({
  ...every,
  dir: v.literal('s>c'),
  http: v.union([
    v.strictObject({ status, headers: words }),
    v.strictObject({ status, headers: words, json: v.unknown() }),
    v.strictObject({ status, headers: words, text: v.string() }),
    v.strictObject({ status, headers: words, body: digest }),
  ]),
});

export type HttpLine = v.InferOutput<typeof request> | v.InferOutput<typeof answer>;

/** The one connection of a trace of HTTP. Throws where a line is not of the format. */
export function parseHttpTrace(content: string): { header: v.InferOutput<typeof header>; lines: HttpLine[] } {
  if (!content.endsWith('\n')) throw new Error('the last line has no end');
  const [first, ...rest] = content
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  return { header: v.parse(header, first), lines: rest.map((line) => v.parse(v.union([request, answer]), line)) };
}
