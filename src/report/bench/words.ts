import type {
  Advice,
  BenchDocument,
  BenchKind,
  Comparison,
  FigureComparison,
  PlanFacts,
  Series,
  TargetFacts,
} from '../../bench/document.ts';
import type { FigureName } from '../../metrics/figures.ts';
import { milliseconds, seconds } from '../figures.ts';
import { shortName, shownFigures, valueText, valueWithUnit } from './shown.ts';

const names = { tts: 'text to speech', stt: 'speech to text', roundtrip: 'round trip: text → speech → text' };

export function kindText({ kind }: BenchDocument): string {
  return names[kind];
}

/** `slng/aura:thalia, sentence, from a cache`. */
export function seriesText({ target, set, cached }: Series): string {
  return `${target}, ${set}${cached ? ', from a cache' : ''}`;
}

/** What is advised, and about which series where there are several. */
export function adviceText({ message, series: id }: Advice, { series }: BenchDocument): string {
  const about = series.length > 1 ? series.find((one) => one.id === id) : undefined;
  return about ? `${seriesText(about)}: ${message}` : message;
}

/** `18 measured of 20: 1 failed, 1 invalid`. */
export function countsText({ runs, measured, failed, invalid, impossible }: Series): string {
  const parts = [
    failed > 0 ? `${failed} failed` : '',
    invalid > 0 ? `${invalid} invalid` : '',
    impossible > 0 ? `${impossible} with an impossible figure` : '',
  ].filter((part) => part !== '');
  const all = runs === measured ? `${measured} measured` : `${measured} measured of ${runs}`;
  return parts.length === 0 ? all : `${all}: ${parts.join(', ')}`;
}

/** `faster by 12 ms (8 to 17)`, `inconclusive: −3 ms (−9 to 4)`. */
export function comparisonText({ figure, effect, low, high, verdict }: FigureComparison): string {
  if (verdict === 'inconclusive') {
    const range = `${signedValue(figure, low)} to ${signedValue(figure, high)}`;
    return `inconclusive: ${signed(differenceText(figure, effect), effect)} (${range})`;
  }
  const [least, most] = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b);
  const range = `${valueText(figure, least)} to ${valueText(figure, most)}`;
  return `${verdict} by ${differenceText(figure, Math.abs(effect))} (${range})`;
}

/** A difference of two percentages is no percentage. */
function differenceText(figure: FigureName, value: number): string {
  return valueWithUnit(figure, value).replace(/%$/, 'points');
}

function signedValue(figure: FigureName, value: number): string {
  return signed(valueText(figure, value), value);
}

/** A true minus, and a plus where a change is meant. */
function signed(text: string, value: number): string {
  const bare = text.replace(/^-/, '');
  if (Number.parseFloat(bare) === 0) return bare;
  return `${value < 0 ? '−' : '+'}${bare}`;
}

/** `ttfa p50`: what of a figure was compared. */
export function comparedText({ figure, statistic }: FigureComparison): string {
  return `${shortName(figure)} ${statistic}`;
}

/** `1 run`, `2,000 runs`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Of a comparison, what a table shows, in its order. */
export function shownComparisons({ figures }: Comparison, kind: BenchKind): FigureComparison[] {
  return shownFigures[kind].flatMap((name) => figures.filter(({ figure }) => figure === name));
}

/** `closed loop, 4 at once`, `open loop, 5 a second, at most 50 at once, 3 starts dropped`. */
export function loopText({ loop, concurrency, ratePerSecond, dropped }: PlanFacts): string {
  if (loop === 'closed') return `closed loop, ${concurrency} at once`;
  const rate = ratePerSecond === undefined ? '' : `, ${ratePerSecond} a second`;
  return `open loop${rate}, at most ${concurrency} at once, ${counted(dropped, 'start')} dropped`;
}

/** Less is not spent on a limit: it is what asking for one takes. */
const leastWaitMs = 50;

/** How it was measured, a fact an entry, for a line or a list. */
export function planTexts(plan: PlanFacts): string[] {
  const texts: (string | undefined)[] = [
    plan.runs === undefined ? undefined : `${counted(plan.runs, 'run')} a series`,
    plan.durationMs === undefined ? undefined : `for ${seconds(plan.durationMs)}`,
    plan.warmup > 0 ? `${counted(plan.warmup, 'warm-up run')} first, not counted` : 'no warm-up',
    plan.reuse ? 'connections kept from run to run (warm), where the service keeps them' : 'a fresh connection a run',
    loopText(plan),
    plan.feed === undefined ? undefined : `text fed ${plan.feed}`,
    plan.thinkMs === undefined ? undefined : `socket idle for ${seconds(plan.thinkMs)} before a turn`,
    plan.bargeInMs === undefined ? undefined : `interrupted ${seconds(plan.bargeInMs)} after the first audio`,
    paceText(plan.pace),
    plan.end === undefined ? undefined : endTexts[plan.end],
    `measured for ${seconds(plan.measuringMs)}`,
    plan.waitedMs >= leastWaitMs ? `${seconds(plan.waitedMs)} spent waiting for rate limits, in no figure` : undefined,
  ];
  return texts.filter((text) => text !== undefined);
}

const endTexts = {
  natural: 'an utterance ended by the service',
  finalize: 'an utterance ended by a finalize of ours',
  both: 'an utterance ended by the service and by a finalize, in turns',
};

function paceText(pace: PlanFacts['pace']): string | undefined {
  if (pace === undefined) return undefined;
  if (pace === 'fast') return 'audio sent as fast as it was taken: latencies are no listener’s';
  return pace === 1 ? 'audio paced in real time' : `audio paced at ${pace} times real time`;
}

/** `deepgram/aura-2:thalia (deepgram), 24000 Hz linear16, wss://…`. */
export function targetTexts({
  dialect,
  model,
  voice,
  endpoint,
  sampleRateHz,
  encoding,
  params,
}: TargetFacts): string[] {
  return [
    ...(model === undefined ? [] : [`model ${model}`]),
    ...(voice === undefined ? [] : [`voice ${voice}`]),
    `dialect ${dialect}`,
    `${encoding} at ${sampleRateHz} Hz`,
    ...Object.entries(params).map(([name, value]) => `${name}=${value}`),
    endpoint,
  ];
}

/** What the numbers mean, in a sentence a fact. */
export function definitionTexts({ definitions, plan, prompts }: BenchDocument): string[] {
  return [
    `metrics ${definitions.metrics} (docs/metrics.md)`,
    `percentiles ${definitions.percentiles}`,
    `word normaliser ${definitions.normaliser}`,
    `seed ${plan.seed}`,
    `prompts ${prompts.hash.slice(0, 12)}`,
  ];
}

/** How the client was: `loop delay p99 2.1 ms, processor 12 %, no stalls`. */
export function watchText(watch: BenchDocument['machines'][number]['watch']): string {
  const { loopDelayP99Ms, loopDelayMaxMs, cpuShare, gcMs, stalls } = watch;
  const texts = [
    loopDelayP99Ms === undefined ? undefined : `loop delay p99 ${milliseconds(loopDelayP99Ms)}`,
    loopDelayMaxMs === undefined ? undefined : `max ${milliseconds(loopDelayMaxMs)}`,
    cpuShare === undefined ? undefined : `processor ${Math.round(cpuShare * 100)} % of a core`,
    gcMs === undefined ? undefined : `garbage collection ${milliseconds(gcMs)}`,
    stalls === 0 ? 'no stalls' : counted(stalls, 'stall'),
  ];
  return texts.filter((text) => text !== undefined).join(', ');
}
