// Hearing: the local recogniser behind its server against the bare library, what an hour of audio costs the client, and
// how late the words come.
import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joined, sayAll, writeRecording } from './hear-material.mjs';
import { median, root } from './measure.mjs';

const here = join(root, 'test/perf');
const vox = join(root, 'bin/vox.js');

/** Runs a program to its end: how long it took, and what it said. */
function run(args, provider = 'local') {
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, VOX_PROVIDER: provider, XDG_CONFIG_HOME: '/nonexistent' },
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`);
  return { wallMs: performance.now() - startMs, stdout };
}

/** What a whole process took, told by itself at its end: of the processor, ms, and of memory at its peak, kB. */
function usage(args, folder) {
  const hook = join(folder, 'usage.cjs');
  const told = join(folder, 'usage.json');
  const tell = `require('fs').writeFileSync(${JSON.stringify(told)},JSON.stringify(process.resourceUsage()))`;
  writeFileSync(hook, `process.on('exit',()=>${tell})`);
  run(['--require', hook, ...args], 'slng');
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(told, 'utf8'));
  return { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakKb: maxRSS };
}

/** Two minutes, heard by `vox` and by the library alone. The pauses are so short that `vox` leaves nothing of them out. */
function twoMinutes(utterances, folder) {
  const { lengths, bytes } = joined(utterances, 12_800);
  const path = join(folder, 'talk.pcm');
  writeFileSync(path, bytes);
  const ratios = [0, 1, 2].map(() => {
    const bare = run([join(here, 'bare-recogniser.mjs'), path, lengths.join()]);
    const ours = run([vox, 'transcribe', '-q', '--raw', path]);
    return ours.wallMs / bare.wallMs;
  });
  return median(ratios);
}

/** An hour of 44.1 kHz stereo, and a minute, sent to a server that only counts. */
async function recordings(folder) {
  const server = fork(join(here, 'counting-server.mjs'));
  try {
    const told = () => new Promise((resolve) => server.once('message', resolve));
    const port = await told();
    const how = ['transcribe', '-q', '--endpoint', `ws://127.0.0.1:${port}`, '--route', 'direct', '--pace', 'fast'];
    const cost = async (path, seconds) => {
      writeRecording(path, seconds);
      const costs = [];
      for (let i = 0; i < 3; i++) {
        costs.push(usage([vox, ...how, path], folder));
        const bytes = await told();
        if (bytes !== seconds * 32_000) throw new Error(`${bytes} bytes came of ${seconds} s`);
      }
      rmSync(path);
      return (figure) => median(costs.map(figure));
    };
    const minute = await cost(join(folder, 'minute.wav'), 60);
    const hour = await cost(join(folder, 'hour.wav'), 3600);
    return {
      percent: hour(({ cpuMs }) => cpuMs) / 36_000,
      growth: hour(({ peakKb }) => peakKb) / minute(({ peakKb }) => peakKb),
    };
  } finally {
    server.disconnect();
  }
}

/** One sentence, said in real time: how long after its first word the first words came, and after its end the last. */
function delays(samples, folder) {
  const path = join(folder, 'sentence.pcm');
  const trace = join(folder, 'trace.jsonl');
  writeFileSync(path, Buffer.from(samples.buffer));
  const how = ['--pace', 'realtime', '--json', '--interim', '--endpointing', 'off', '--trace', trace];
  run([vox, 'transcribe', ...how, '--raw', path]);
  const lines = readFileSync(trace, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const sent = lines.filter(({ audio }) => audio !== undefined);
  const results = lines.filter(({ json }) => json?.type === 'Results');
  const said = ({ json }) => json.channel.alternatives[0];
  const first = results.find((result) => said(result).transcript !== '');
  const final = results.find(({ json }) => json.from_finalize);
  const word = said(final).words[0];
  let throughSeconds = 0;
  const wordSent = sent.find(({ audio }) => {
    throughSeconds += audio.bytes / 32_000;
    return throughSeconds >= word.end;
  });
  return { interimMs: first.t - wordSent.t, finalMs: final.t - sent.at(-1).t };
}

export async function hearRows() {
  const folder = mkdtempSync(join(tmpdir(), 'vox-perf-'));
  try {
    const utterances = sayAll(28, folder);
    const paced = utterances.slice(0, 7).map((samples) => delays(samples, folder));
    const { percent, growth } = await recordings(folder);
    return [
      {
        name: '`vox transcribe` of two minutes, local / the library alone, whole process',
        value: twoMinutes(utterances, folder),
        bar: 1.15,
      },
      { name: 'processor time for an hour of 44.1 kHz stereo, % of the hour', value: percent, bar: 1 },
      { name: 'peak memory, `vox transcribe` of an hour / of a minute', value: growth, bar: 1.25 },
      {
        name: "first word's audio sent → first interim, local, median of 7 sentences, ms",
        value: median(paced.map(({ interimMs }) => interimMs)),
        bar: 700,
      },
      {
        name: 'end of speech → final by `finalize`, local, median of 7 sentences, ms',
        value: median(paced.map(({ finalMs }) => finalMs)),
        bar: 350,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
