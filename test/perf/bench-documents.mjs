// Documents as `vox bench -o x.json` writes them, of any number of runs, for `vox bench report` to merge and to draw.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './measure.mjs';

/** What is merged must be of today's definitions. */
const versionText = readFileSync(join(root, 'src/metrics/version.ts'), 'utf8');
const metricsVersion = Number(/metricsVersion = (\d+)/.exec(versionText)?.[1]);

/** Twenty figures a run: what a turn on a fresh connection has. Where each lies, and how far it spreads. */
const figures = {
  ...{ connectMs: [40, 20], tcpMs: [12, 5], upgradeMs: [28, 15], handshakeMs: [60, 30], rttMs: [11, 4] },
  ...{ ttfbMs: [180, 90], ttfbFlushMs: [180, 90], ttfbFirstTextMs: [181, 90], leadingSilenceMs: [90, 40] },
  ...{ ttfaMs: [280, 140], ttfaSumMs: [270, 130], coldTtfaMs: [380, 190], gapP95Ms: [22, 6], gapMaxMs: [60, 50] },
  ...{ underrunMs: [12, 30], minPreRollMs: [12, 30], rtf: [0.4, 0.2], deliveryRate: [2.4, 0.9] },
  ...{ audioMs: [5200, 900], processingMs: [2100, 700] },
};

export const figuresARun = Object.keys(figures).length;

/** Skewed to the right, as latencies are; the same every time. */
function samples(seed) {
  let state = seed;
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return ([middle, spread]) => Math.round((middle + spread * (-Math.log(1 - uniform()) - 0.7)) * 1000) / 1000;
}

/** Two targets, three lengths of prompt, 40 prompts; written run by run, for it is larger than one would hold. */
export function writeBenchDocument(path, { runs, seed }) {
  const sample = samples(seed);
  const startedAt = new Date(Date.UTC(2026, 0, 1, 12, seed)).toISOString();
  const sets = ['short', 'sentence', 'paragraph'];
  const targets = ['one/fast', 'two/slow'].map((id) => ({
    ...{ id, provider: 'slng', dialect: 'slng', model: id, endpoint: 'ws://127.0.0.1/v1/tts', params: {} },
    ...{ sampleRateHz: 24_000, encoding: 'linear16' },
  }));
  const items = Array.from({ length: 40 }, (_, i) => ({
    ...{ id: `p${i}`, set: sets[i % 3], chars: 80, text: `This is the text of prompt ${i} of this document.` },
  }));
  const series = targets.flatMap(({ id }) => sets.map((set) => `${id} ${set}`));
  const count = Math.ceil(runs / series.length);
  const document = {
    ...{ schema: 'voxwire-bench', schemaVersion: 1, kind: 'tts' },
    definitions: { metrics: metricsVersion, percentiles: 'hyndman-fan-7', normaliser: 'voxwire-en/1' },
    startedAt,
    machines: [
      {
        ...{ label: `region-${seed}`, vox: '0.1.0', node: 'v20.12.0', platform: 'linux x64', cpu: 'some', cores: 2 },
        ...{ startedAt, watch: { loopDelayP50Ms: 0.1, loopDelayP99Ms: 1, loopDelayMaxMs: 3, stalls: 0 } },
      },
    ],
    plan: {
      ...{ runs: count, warmup: 1, reuse: false, loop: 'closed', concurrency: 1, seed, feed: 'whole' },
      ...{ dropped: 0, measuringMs: runs * 100, waitedMs: 0 },
    },
    prompts: { hash: '0'.repeat(64), items },
    targets,
    series: series.map((id) => ({
      ...{ id, target: id.split(' ')[0], set: id.split(' ')[1], cached: false },
      ...{ runs: count, measured: count, failed: 0, invalid: 0, impossible: 0, summary: {} },
    })),
    ...{ timelines: [], comparisons: [], advice: [] },
  };
  const file = openSync(path, 'w');
  writeSync(file, `${JSON.stringify(document).slice(0, -1)},"runs":[`);
  for (let run = 0; run < runs; run++) {
    const { id, target, set } = document.series[run % series.length];
    const prompt = items[(run * 7) % items.length];
    const row = {
      ...{ run, series: id, target, prompt: prompt.id, set, variation: Math.floor(run / items.length) },
      ...{ machine: 0, startedAtMs: run * 100, connection: 'fresh', ok: true, requestId: `r-${seed}-${run}` },
      ...Object.fromEntries(Object.entries(figures).map(([name, shape]) => [name, sample(shape)])),
    };
    writeSync(file, `${run === 0 ? '' : ',\n'}${JSON.stringify(row)}`);
  }
  writeSync(file, ']}\n');
  closeSync(file);
}
