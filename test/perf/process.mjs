// Whole processes: `vox` against a bare `node -e 0`, and the peak memory of a long text against a short one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, root } from './measure.mjs';

const vox = join(root, 'bin/vox.js');
const env = { ...process.env, VOX_PROVIDER: 'local', XDG_CONFIG_HOME: '/nonexistent' };

function timed(args, extra = {}) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    env: { ...env, ...extra },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`);
  return performance.now() - start;
}

/** The median of the ratios of pairs that ran one after the other: what else the machine does meets both. */
function processRatio(args, pairs) {
  timed(args);
  const ratios = [];
  for (let i = 0; i < pairs; i++) {
    const bare = timed(['-e', '0']);
    ratios.push(timed(args) / bare);
  }
  return median(ratios);
}

/** Peak resident memory of a whole process, MB, told by itself at its end. */
function peakMb(args, folder) {
  const hook = join(folder, 'peak.cjs');
  const told = join(folder, 'peak.txt');
  writeFileSync(
    hook,
    `process.on('exit',()=>require('fs').writeFileSync(${JSON.stringify(told)},String(process.resourceUsage().maxRSS)))`,
  );
  timed(['--require', hook, ...args]);
  return Number(readFileSync(told, 'utf8')) / 1024;
}

export async function processRows() {
  const folder = mkdtempSync(join(tmpdir(), 'vox-perf-'));
  try {
    const out = join(folder, 'out.wav');
    // README's own.
    const hello = 'Hello from voxwire.';
    const sentence = 'The sun rose over the mountains, and birds began to sing in the trees.';
    const book = join(folder, 'book.txt');
    const page = join(folder, 'page.txt');
    const lines = Array.from(
      { length: 1500 },
      (_, i) => `Line ${i} of a long book says that ${sentence.toLowerCase()}`,
    );
    writeFileSync(book, lines.join(' ').slice(0, 100_000));
    writeFileSync(page, lines.join(' ').slice(0, 1_000));
    const peaks = [0, 1, 2].map(
      () =>
        peakMb([vox, 'synth', '-q', '-v', 'kal16', '-f', book, '-o', out], folder) /
        peakMb([vox, 'synth', '-q', '-v', 'kal16', '-f', page, '-o', out], folder),
    );
    return [
      { name: '`vox --version` / `node -e 0`, whole process', value: processRatio([vox, '--version'], 21), bar: 1.35 },
      {
        name: '`vox synth` of a sentence, local / `node -e 0`, whole process',
        value: processRatio([vox, 'synth', '-q', hello, '-o', out], 15),
        bar: 6,
      },
      { name: 'peak memory, `vox synth` of 100 kB / of 1 kB of text', value: median(peaks), bar: 1.3 },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
