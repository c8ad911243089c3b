import * as v from 'valibot';
import { errorTable, SpeechError } from '../errors.ts';
import { isFigureName } from '../metrics/figures.ts';
import { normaliserId } from '../metrics/normaliser.ts';
import { metricsVersion } from '../metrics/version.ts';
import type { Raw } from './assemble.ts';
import type { RunRow } from './document.ts';

const text = v.string();
const number = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const optionalText = v.exactOptional(text);
const optionalNumber = v.exactOptional(number);
const instant = v.pipe(
  text,
  v.check((given) => Number.isFinite(Date.parse(given)), 'no time'),
);

const watch = v.object({
  loopDelayP50Ms: optionalNumber,
  loopDelayP99Ms: optionalNumber,
  loopDelayMaxMs: optionalNumber,
  cpuShare: optionalNumber,
  gcCount: optionalNumber,
  gcMs: optionalNumber,
  stalls: count,
});

const machine = v.object({
  label: optionalText,
  vox: text,
  node: text,
  platform: text,
  cpu: text,
  cores: count,
  startedAt: instant,
  watch,
});

const plan = v.object({
  runs: optionalNumber,
  warmup: count,
  reuse: v.boolean(),
  loop: v.picklist(['closed', 'open']),
  concurrency: count,
  ratePerSecond: optionalNumber,
  durationMs: optionalNumber,
  seed: count,
  feed: optionalText,
  thinkMs: optionalNumber,
  bargeInMs: optionalNumber,
  pace: v.exactOptional(v.union([number, v.literal('fast')])),
  end: v.exactOptional(v.picklist(['natural', 'finalize', 'both'])),
  dropped: count,
  measuringMs: number,
  waitedMs: number,
});

const prompts = v.object({
  hash: text,
  items: v.array(v.object({ id: text, set: text, chars: optionalNumber, audioMs: optionalNumber, text: optionalText })),
});

const bareTarget = {
  id: text,
  provider: text,
  dialect: text,
  model: optionalText,
  voice: optionalText,
  endpoint: text,
  params: v.record(text, text),
  sampleRateHz: number,
  encoding: text,
};
const target = v.object({ ...bareTarget, hears: v.exactOptional(v.object(bareTarget)) });

const timeline = v.object({
  run: count,
  series: text,
  role: v.picklist(['typical', 'worst']),
  atMs: v.array(number),
  throughMs: v.array(number),
  underruns: v.array(v.object({ fromMs: number, toMs: number })),
  audibleAtMs: optionalNumber,
});

const body = v.object({
  kind: v.picklist(['tts', 'stt', 'roundtrip']),
  definitions: v.object({ metrics: count, normaliser: text }),
  startedAt: instant,
  machines: v.array(machine),
  plan,
  prompts,
  targets: v.array(target),
  runs: v.array(v.custom<RunRow>(isRow, 'a run that is none')),
  timelines: v.array(timeline),
});

const texts = ['series', 'target', 'prompt', 'set'];
const counts = ['run', 'variation', 'machine', 'startedAtMs'];

/** By hand, because there may be a hundred thousand of them. */
function isRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const row = new Map(Object.entries(value));
  for (const name of texts) if (typeof row.get(name) !== 'string') return false;
  for (const name of counts) if (!Number.isFinite(row.get(name))) return false;
  if (typeof row.get('ok') !== 'boolean' || !['fresh', 'warm'].includes(String(row.get('connection')))) return false;
  for (const [name, part] of row) if (!isPart(name, part)) return false;
  return true;
}

function isPart(name: string, part: unknown): boolean {
  if (isFigureName(name) || name === 'intendedAtMs') return Number.isFinite(part);
  switch (name) {
    case 'error':
      return typeof part === 'object' && part !== null && 'code' in part && String(part.code) in errorTable;
    case 'impossible':
      return Array.isArray(part) && part.every((one) => typeof one === 'string' && isFigureName(one));
    case 'cached':
      return typeof part === 'boolean';
    case 'invalid':
    case 'requestId':
    case 'address':
    case 'tls':
    case 'transcript':
    case 'audioFile':
      return typeof part === 'string';
    default:
      // A later version may have more.
      return true;
  }
}

/** Reads what `-o FILE.json` wrote. Throws SpeechError E_FILE for what is none; `name` is what errors call it. */
export function readDocument(json: string, name: string): Raw {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw refusal(name, 'is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || !('schema' in parsed) || parsed.schema !== 'voxwire-bench') {
    throw refusal(name, 'is no result of vox bench');
  }
  const version: unknown = 'schemaVersion' in parsed ? parsed.schemaVersion : undefined;
  if (version !== 1) throw refusal(name, `has the schema version ${String(version)}, and this vox knows 1`);
  const checked = v.safeParse(body, parsed);
  if (!checked.success) {
    const [issue] = checked.issues;
    throw refusal(name, `is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`);
  }
  const { runs, definitions, ...rest } = checked.output;
  if (definitions.metrics !== metricsVersion) {
    throw refusal(
      name,
      `was made with version ${definitions.metrics} of the metrics, and this vox has ${metricsVersion}`,
    );
  }
  if (rest.kind !== 'tts' && definitions.normaliser !== normaliserId) {
    throw refusal(
      name,
      `was made with the word normaliser ${definitions.normaliser}, and this vox has ${normaliserId}`,
    );
  }
  const targets = new Set(rest.targets.map(({ id }) => id));
  const stray = runs.find((row) => !targets.has(row.target) || rest.machines[row.machine] === undefined);
  if (stray) throw refusal(name, `is damaged: the target or the machine of run ${stray.run} is not in it`);
  return { ...rest, rows: runs };
}

function refusal(name: string, what: string): SpeechError {
  return new SpeechError('E_FILE', `${name} ${what}`, { todo: 'give a file that vox bench -o FILE.json has written' });
}
