import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy.ts';
import { root, scratch, serve } from '../support/vox.ts';
import { leastReadings, leftovers } from './judge.ts';
import type { Order, Plan, Sabotage } from './plan.ts';
import type { ProcessRecord, Reading, SoakRecord, Tally } from './record.ts';
import { messageOf, type Watched, type WatchedServer, watch, watchServer } from './watched.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly speakers: number;
  readonly listeners: number;
  readonly recogniser: 'scripted' | 'local';
  readonly warmUpSeconds: number;
  /** How often all come to rest; as often as judging the memory wants it where it is left out. */
  readonly rounds?: number;
  /** How long the processes have to let go of what was closed: a closing handshake, an idle HTTP socket. */
  readonly restSeconds?: number;
  /** For `vox serve --faults`: such as sessions heal. */
  readonly faults: string;
  readonly sabotage?: Sabotage;
  /** How far it is, for a person. */
  readonly onProgress?: (line: string) => void;
}

/** What the servers do wrong on each connection, and some of it on twenty: nothing of it must be heard. */
export const healedFaults =
  'late=100ms,stall=300ms@4-40,unknown@3-30,malformed@5-50,duplicate@4-60,flood@3-20x20,huge@5-50x20';

/** Between two looks at whether they have. */
const lookMs = 250;
const steadyEnough = 16;
/** Of memory at work, in a round; behind the third all connections break at once. */
const readingsEach = 5;
const outageAfter = 2;

/** Above any handshake: the first connection of a session is not tried again. A turn is 100 to 700 kB, a talk as much. */
const speakCuts = [4_000, 1_500_000] as const;
/**
 * A recogniser of real words has its first final later. A session ends where five connections in a row bring none, and
 * with the cuts of the scripted one that comes about once in 200 sessions.
 */
const listenCuts = { scripted: [4_000, 500_000], local: [4_000, 1_500_000] } as const;

/** Bundled, for Node 20 runs no TypeScript. */
async function clientProgram(folder: string): Promise<string> {
  const outfile = join(folder, 'client.mjs');
  const entryPoints = [join(root, 'test/soak/client.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

interface Stage {
  readonly client: Watched;
  /** The client and the servers. */
  readonly processes: readonly Watched[];
  readonly servers: readonly WatchedServer[];
  readonly proxies: readonly [ofSpeech: CuttingProxy, ofAudio: CuttingProxy];
}

interface Answer {
  readonly tally: Tally;
  readonly kinds: string[];
}

async function order(client: Watched, message: Order): Promise<Answer> {
  const answer = messageOf<'done', Answer>(client, 'done');
  client.child.send(message);
  return answer;
}

async function readingsOf(processes: readonly Watched[]): Promise<Reading[]> {
  return Promise.all(processes.map((watched) => watched.read()));
}

const held = ({ descriptors, threads, children, resources }: Reading) =>
  descriptors + threads + children + Object.values(resources).reduce((sum, count) => sum + count, 0);

/** Reads until nothing is held that was not `before`; without that, until nothing was let go of for a while. */
async function settled(
  processes: readonly Watched[],
  { restSeconds = 20 }: SoakOptions,
  before?: readonly Reading[],
): Promise<Reading[]> {
  const untilMs = performance.now() + restSeconds * 1000;
  let last = await readingsOf(processes);
  let steadyLooks = 0;
  for (;;) {
    await pause(lookMs);
    const readings = await readingsOf(processes);
    const unchanged = readings.every((is, at) => held(is) === held(last[at] ?? is));
    steadyLooks = unchanged ? steadyLooks + 1 : 0;
    const isSettled = before
      ? readings.every((is, at) => leftovers(before[at] ?? is, is).length === 0)
      : steadyLooks >= steadyEnough;
    if (isSettled || performance.now() > untilMs) return readings;
    last = readings;
  }
}

interface Readings {
  readonly atWork: Reading[][];
  readonly atRest: Reading[][];
}

/** All sessions at work for a while; then all come to rest. */
async function round(stage: Stage, options: SoakOptions, lengthMs: number, readings: Readings): Promise<Answer> {
  const { client, processes, proxies } = stage;
  await order(client, { order: 'begin' });
  const everyMs = lengthMs / readingsEach;
  for (let reading = 0; reading < readingsEach; reading++) {
    await pause(everyMs);
    readings.atWork.push(await readingsOf(processes));
    // All connections break at once.
    if (reading === outageAfter) for (const proxy of proxies) proxy.cutNow();
  }
  const answer = await order(client, { order: 'rest' });
  readings.atRest.push(await settled(processes, options, readings.atRest[0]));
  return answer;
}

/** Each is long enough for sessions to follow each other; there are enough of them for medians of thirds. */
const roundsOf = (minutes: number) => Math.round(Math.min(60, Math.max(3 * leastReadings, minutes * 6)));

async function rounds(stage: Stage, options: SoakOptions): Promise<Readings & Answer> {
  const { minutes, onProgress, warmUpSeconds, rounds: count = roundsOf(minutes) } = options;
  const readings: Readings = { atWork: [], atRest: [] };
  const startMs = performance.now();
  let answer = await round(stage, options, warmUpSeconds * 1000, readings);
  readings.atWork.length = 0;
  for (let done = 1; done <= count; done++) {
    answer = await round(stage, options, (minutes * 60_000) / count, readings);
    onProgress?.(`${done}/${count}, ${progressLine(stage.processes, readings.atRest.at(-1) ?? [], startMs)}`);
  }
  return { ...readings, ...answer };
}

function progressLine(processes: readonly Watched[], readings: readonly Reading[], startMs: number): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  const parts = processes.map(({ name }, at) => {
    const { heapBytes = 0, externalBytes = 0, rssBytes = 0, descriptors } = readings[at] ?? {};
    return `${name} ${mb(heapBytes + externalBytes)} of ${mb(rssBytes)} MB, ${descriptors} descriptors`;
  });
  return `${((performance.now() - startMs) / 1000).toFixed(0)} s: ${parts.join('; ')}`;
}

/** Where the sessions go: servers that do as they are told to do wrong, behind proxies that cut. */
async function setUp({ seed, faults, recogniser, listeners }: SoakOptions, folder: string): Promise<Stage> {
  // A connection that was cut may still be heard out when its successor comes.
  const many = ['--max-listeners', String(4 * Math.max(1, listeners))];
  const wrong = faults === '' ? [] : ['--faults', `${faults},seed=${seed}`];
  const speaking = await watchServer('speaking server', [...many, ...wrong]);
  const listening =
    recogniser === 'local'
      ? speaking
      : await watchServer('listening server', ['--engine', 'scripted', ...many, ...wrong]);
  const servers = [...new Set([speaking, listening])];
  const cuts = Number.POSITIVE_INFINITY;
  const ofSpeech = await cuttingProxy(speaking.wsUrl, { cuts, bytes: speakCuts, of: 'server', seed });
  const ofAudio = await cuttingProxy(listening.wsUrl, {
    cuts,
    bytes: listenCuts[recogniser],
    of: 'client',
    seed: seed + 1,
  });
  const client = watch('client', [await clientProgram(folder)]);
  await messageOf(client, 'hello');
  return { client, servers, processes: [client, ...servers], proxies: [ofSpeech, ofAudio] };
}

/** What is to be expected is asked of servers that do nothing wrong, and over connections that last. */
async function prepare({ client, proxies }: Stage, options: SoakOptions, folder: string): Promise<void> {
  const { seed, speakers, listeners, recogniser, sabotage } = options;
  const [speaking, listening] = await Promise.all([serve(), serve(['--engine', 'scripted'])]);
  const heardBy = recogniser === 'local' ? speaking : listening;
  const [ofSpeech, ofAudio] = proxies;
  const plan: Plan = {
    libraryUrl: pathToFileURL(join(root, 'dist/index.js')).href,
    ...{ seed, speakers, listeners, recogniser, folder },
    speak: { directUrl: speaking.wsUrl, proxyUrl: ofSpeech.wsUrl },
    listen: { directUrl: heardBy.wsUrl, proxyUrl: ofAudio.wsUrl },
    ...(sabotage && { sabotage }),
  };
  await order(client, { order: 'prepare', plan });
  await Promise.all([speaking.stop(), listening.stop()]);
}

async function takeDown({ client, servers, proxies }: Stage): Promise<(number | null)[]> {
  for (const proxy of proxies) await proxy.close();
  client.child.disconnect();
  for (const { child } of servers) {
    child.disconnect();
    child.stdin?.end();
  }
  return Promise.all([client, ...servers].map(({ ended }) => ended));
}

/** Runs it, and tells all that was seen; the judge says what to make of it. */
export async function runSoak(options: SoakOptions): Promise<SoakRecord> {
  const folder = scratch();
  const stage = await setUp(options, folder.path);
  try {
    await prepare(stage, options, folder.path);
    const { tally, kinds, atWork, atRest } = await rounds(stage, options);
    const [cuts, connections] = [sum(stage.proxies, 'cuts'), sum(stage.proxies, 'connections')];
    const exitCodes = await takeDown(stage);
    const { seed, minutes, speakers, listeners } = options;
    const of = (all: readonly Reading[][], at: number) => all.flatMap((readings) => readings[at] ?? []);
    const processes = stage.processes.map(({ name }, at): ProcessRecord => {
      return { name, atWork: of(atWork, at), atRest: of(atRest, at), exitCode: exitCodes[at] ?? null };
    });
    const counts = { tally, kinds, cuts, connections, outages: atRest.length, faults: options.faults };
    return { seed, minutes, sessionsAtOnce: speakers + listeners, processes, ...counts };
  } finally {
    for (const { child } of stage.processes) child.kill('SIGKILL');
    folder.remove();
  }
}

function sum(proxies: readonly CuttingProxy[], what: 'cuts' | 'connections'): number {
  return proxies.reduce((total, proxy) => total + proxy[what], 0);
}
