// Measures every player that works here through a virtual sound card, and prints a table: what decides their order
// (docs/playing.md). Runs on its own: `node test/perf/players.mjs [player…]`. VOX_SPEAKER names a folder with a
// compiled copy of the npm package speaker, for where `npm ci` compiles nothing.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const rateHz = 24000;
const { findPlayer, listPlayers, createPlayout, systemClock, noLog, card: cards } = await sources();
const { startSoundCard, testSignal, sounding } = cards;

const wanted = process.argv.slice(2);
const card = startSoundCard(rateHz);
Object.assign(process.env, card.env);
const rows = [];
for (const { name, why } of await listPlayers(systemClock)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (why === undefined) rows.push(await measure(name));
  else console.log(`missing: ${name}: ${why}`);
}
card.stop();
console.table(Object.fromEntries(rows.filter(Boolean).map(({ name, ...row }) => [name, row])));
process.exit(0);

/** The sources, bundled into a folder where `speaker` and `@echogarden/*` resolve to what is to be measured. */
async function sources() {
  const folder = mkdtempSync(join(tmpdir(), 'vox-players-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(root, 'node_modules/@echogarden'), join(folder, 'node_modules/@echogarden'));
  symlinkSync(process.env.VOX_SPEAKER ?? join(root, 'node_modules/speaker'), join(folder, 'node_modules/speaker'));
  const contents = `
    export * from './src/audio/players/find.ts';
    export * from './src/audio/playout.ts';
    export * from './src/clock.ts';
    export * from './src/log.ts';
    export * as card from './test/support/sound-card.ts';`;
  const outfile = join(folder, 'players.mjs');
  const stdin = { contents, resolveDir: root, loader: 'ts' };
  await build({
    stdin,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['speaker', '@echogarden/*'],
  });
  return import(pathToFileURL(outfile).href);
}

async function measure(name) {
  try {
    const warm = await openPlayer(name);
    warm.playout.abort();
    return { name, ...(await whole(name)), ...(await aborted(name)), ...(await stalls(name)), ...(await loaded(name)) };
  } catch (error) {
    console.log(`failed: ${name}: ${error.message}`);
    return undefined;
  }
}

async function openPlayer(name) {
  const startMs = performance.now();
  const { device } = await findPlayer({ wanted: name, sampleRateHz: rateHz, clock: systemClock, log: noLog });
  const openMs = performance.now() - startMs;
  return { openMs, playout: createPlayout({ device, clock: systemClock, bufferMs: 0 }) };
}

function chunk(samples) {
  return {
    format: { encoding: 'linear16', sampleRateHz: rateHz, channels: 1 },
    bytes: new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
    firstSample: undefined,
  };
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function firstSound(recording) {
  return recording.samples.findIndex((sample) => sample !== 0);
}

/** Two seconds to the end: the first sound, the position against what was recorded, the tail, what the loop lost. */
async function whole(name) {
  const recording = await card.record();
  const loop = watchLoop();
  const { openMs, playout } = await openPlayer(name);
  await pauseMs(400);
  const signal = testSignal(rateHz, 2000);
  const writtenMs = performance.now();
  await playout.write(chunk(signal));
  const looks = [];
  for (let i = 0; i < 15; i++) {
    await pauseMs(100);
    looks.push(playout.position());
  }
  await playout.drain();
  const drainedMs = performance.now();
  const blockedMs = loop();
  await recording.untilSilent(1, 500);
  recording.stop();
  const first = firstSound(recording);
  const last = recording.samples.findLastIndex((sample) => sample !== 0);
  const errors = looks.map(
    ({ playedSamples, atMs }) => ((playedSamples - (recording.samplesBy(atMs) - first)) / rateHz) * 1000,
  );
  errors.sort((a, b) => a - b);
  const heard = recording.samples.subarray(first, last + 1);
  return {
    openMs: round(openMs),
    firstSoundMs: round(recording.arrivalMs(first) - writtenMs),
    positionErrorMs: `${round(errors[0])}…${round(errors.at(-1))}`,
    exact: heard.length === signal.length && heard.every((sample, index) => sample === signal[index]),
    lostSamples: signal.length - sounding(recording.samples).length,
    drainedAfterLastMs: round(drainedMs - recording.arrivalMs(last)),
    loopBlockedMs: round(blockedMs),
  };
}

async function aborted(name) {
  const silences = [];
  const errors = [];
  for (let i = 0; i < 5; i++) {
    const recording = await card.record();
    const { playout } = await openPlayer(name);
    await playout.write(chunk(testSignal(rateHz, 4000)));
    await recording.until((samples) => sounding(samples).length > rateHz * 0.6 + i * 100);
    const abortMs = performance.now();
    const claimed = playout.position().playedSamples;
    playout.abort();
    await recording.untilSilent(1, 500);
    recording.stop();
    const last = recording.samples.findLastIndex((sample) => sample !== 0);
    silences.push(recording.arrivalMs(last) - abortMs);
    errors.push(((claimed - sounding(recording.samples).length) / rateHz) * 1000);
  }
  return {
    silentAfterMs: round(Math.max(...silences)),
    heardBeyondMs: round(Math.max(...errors.map((error) => -error))),
  };
}

/** How long this process may be busy before it is heard: silence inside the sound after stalls of several lengths. */
async function stalls(name) {
  const gaps = [];
  for (const stallMs of [30, 60, 100, 200, 300, 450]) {
    const recording = await card.record();
    const { playout } = await openPlayer(name);
    await playout.write(chunk(testSignal(rateHz, 1500)));
    await recording.until((samples) => sounding(samples).length > rateHz * 0.5);
    busyFor(stallMs);
    await playout.drain();
    await recording.untilSilent(1, 500);
    recording.stop();
    gaps.push(`${stallMs}:${round(gapMs(recording))}`);
  }
  return { gapsAfterStalls: gaps.join(' ') };
}

/** Both cores busy with others. */
async function loaded(name) {
  const argv = ['-e', 'for(;;);'];
  const hogs = [1, 2, 3, 4].map(() => spawn(process.execPath, argv, { stdio: 'ignore' }));
  const recording = await card.record();
  const { playout } = await openPlayer(name);
  const signal = testSignal(rateHz, 5000);
  await playout.write(chunk(signal));
  await playout.drain();
  await recording.untilSilent(1, 700);
  recording.stop();
  for (const hog of hogs) hog.kill();
  return { gapUnderLoadMs: round(gapMs(recording)), lostUnderLoad: signal.length - sounding(recording.samples).length };
}

function gapMs(recording) {
  const samples = recording.samples;
  const length = samples.findLastIndex((sample) => sample !== 0) + 1 - firstSound(recording);
  return ((length - sounding(samples).length) / rateHz) * 1000;
}

function busyFor(ms) {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

function pauseMs(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The longest that the event loop was not to be had, until it is asked. */
function watchLoop() {
  let lastMs = performance.now();
  let worstMs = 0;
  const timer = setInterval(() => {
    worstMs = Math.max(worstMs, performance.now() - lastMs - 1);
    lastMs = performance.now();
  }, 1);
  return () => {
    clearInterval(timer);
    return worstMs;
  };
}
