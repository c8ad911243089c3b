// `vox bench`: many real-time streams in one client process, what each costs beside a bare `ws` client that counts
// bytes, and a million samples merged and rendered.
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { figuresARun, writeBenchDocument } from './bench-documents.mjs';
import { median, root } from './measure.mjs';

const here = join(root, 'test/perf');

/** What `vox bench` makes of one stream, bundled as it is shipped. */
async function bundle(folder) {
  const outfile = join(folder, 'bench.mjs');
  const stdin = { contents: streamSource, resolveDir: root, loader: 'ts' };
  const banner = { js: "import{createRequire as __r}from'node:module';const require=__r(import.meta.url);" };
  const how = { bundle: true, minify: true, platform: 'node', target: 'node20.12', format: 'esm' };
  await build({ absWorkingDir: root, stdin, outfile, banner, ...how });
  return outfile;
}

const streamSource = `
  import { SpeakLane } from './src/bench/speak-lane.ts';
  import { systemClock } from './src/clock.ts';
  import { slngSpeak } from './src/dialects/slng/index.ts';
  import { createWebSocketConnect } from './src/transport/websocket.ts';
  const connect = createWebSocketConnect(systemClock);
  export async function stream(url) {
    const { host, searchParams } = new URL(url);
    const settings = {
      format: { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 },
      baseUrl: 'ws://' + host,
      params: { 'query.seconds': searchParams.get('seconds') },
    };
    const session = { service: slngSpeak, settings, credentials: {}, connect, clock: systemClock, warmsAhead: false };
    const lane = new SpeakLane(() => session, { reuse: false, feed: { kind: 'whole' } });
    const material = { id: 'one', set: 'one', text: 'Hello.' };
    const job = { run: 0, material, variation: 0, warmup: false };
    const { figures, error } = await lane.run(job, new AbortController().signal);
    if (error) throw error;
    return figures.bytes;
  }`;

async function withServer(use) {
  const server = fork(join(here, 'stream-server.mjs'));
  try {
    return await use(await new Promise((resolve) => server.once('message', resolve)));
  } finally {
    server.disconnect();
  }
}

/** A client's process, and what it tells of so many streams at once. */
function startClient(kind, port) {
  const child = fork(join(here, 'stream-client.mjs'), [kind], { execArgv: ['--expose-gc'] });
  const broken = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the client ended with ${code}`)));
  // One that was stopped is awaited by nobody.
  broken.catch(() => {});
  return {
    watch: async (seconds, ...counts) => {
      child.send({ port, seconds, counts });
      const [told] = await Promise.race([once(child, 'message'), broken]);
      return told;
    },
    stop: () => child.disconnect(),
  };
}

async function streamRows(folder) {
  const ours = await bundle(folder);
  const [many, fewer, pairs] = [300, 50, 7];
  return withServer(async (port) => {
    const clients = ['bare', ours].map((kind) => startClient(kind, port));
    const rounds = [];
    for (let round = -2; round < pairs; round++) {
      const told = [];
      // Each leads in every other round; the first rounds are for the compiler.
      for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) told[i] = (await clients[i].watch(7, many))[0];
      if (round >= 0) rounds.push({ bare: told[0], ours: told[1] });
    }
    const [some, all] = await clients[1].watch(12, fewer, many);
    for (const client of clients) client.stop();
    return [
      {
        name: `${many} real-time streams at once: event-loop delay p99, ms, median of ${pairs}`,
        value: median(rounds.map((round) => round.ours.loopDelayP99Ms)),
        bar: 20,
      },
      {
        name: "processor time for one stream's second against a bare ws client",
        value: median(rounds.map((round) => round.ours.cpuMs / round.bare.cpuMs)),
        bar: 1.5,
      },
      { name: 'memory for one more session, kB', value: (all.bytes - some.bytes) / (many - fewer) / 1000, bar: 100 },
    ];
  });
}

/** The real command: two documents in, one of JSON and one of HTML out. */
function mergeRows(folder) {
  const runs = 1_000_000 / figuresARun / 2;
  const inputs = [1, 2].map((seed) => {
    const path = join(folder, `${seed}.json`);
    writeBenchDocument(path, { runs, seed });
    return path;
  });
  const told = join(folder, 'usage.json');
  const hook = join(folder, 'usage.cjs');
  writeFileSync(
    hook,
    `process.on('exit',()=>require('fs').writeFileSync(${JSON.stringify(told)},JSON.stringify(process.resourceUsage())))`,
  );
  const outputs = ['json', 'html'].map((ending) => join(folder, `merged.${ending}`));
  const startMs = performance.now();
  const args = ['--require', hook, join(root, 'bin/vox.js'), 'bench', 'report', ...inputs];
  const { status, stderr } = spawnSync(process.execPath, [...args, ...outputs.flatMap((path) => ['-o', path]), '-q'], {
    encoding: 'utf8',
  });
  const seconds = (performance.now() - startMs) / 1000;
  if (status !== 0) throw new Error(`vox bench report: ${stderr}`);
  for (const path of outputs) if (statSync(path).size === 0) throw new Error(`${path} is empty`);
  const { runs: merged } = JSON.parse(readFileSync(outputs[0], 'utf8'));
  if (merged.length !== 2 * runs) throw new Error(`${merged.length} runs of ${2 * runs} were merged`);
  const peakMb = JSON.parse(readFileSync(told, 'utf8')).maxRSS / 1024;
  const what = `${2 * runs * figuresARun} samples of two documents merged, to JSON and HTML`;
  return [
    { name: `${what}, s`, value: seconds, bar: 10 },
    { name: `${what}: peak memory, MB`, value: peakMb, bar: 500 },
  ];
}

export async function benchRows() {
  const folder = mkdtempSync(join(tmpdir(), 'vox-perf-'));
  try {
    return [...(await streamRows(folder)), ...mergeRows(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
