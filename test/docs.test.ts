import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { errorTable } from '../src/errors.ts';
import { needs } from './support/programs.ts';
import { soundCardPrograms, startSoundCard } from './support/sound-card.ts';
import { root, run, scratch, serve, voxPath } from './support/vox.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

interface Sample {
  readonly info: string;
  readonly line: string;
}

/** The lines of README's shell blocks; what stands behind `sh` says what a line needs. */
const samples: Sample[] = [...readme.matchAll(/```sh ?(\w*)\n([\s\S]*?)```/g)].flatMap(([, info = '', body = '']) =>
  body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ info, line })),
);

const folder = scratch();
afterAll(folder.remove);

/** A folder on the PATH with a `vox` in it, and the files that the samples read. */
const bin = join(folder.path, 'bin');
execFileSync('mkdir', ['-p', bin]);
execFileSync('ln', ['-sf', voxPath, join(bin, 'vox')]);
writeFileSync(join(folder.path, 'lines.txt'), 'The first line.\nThe second line.\n');
writeFileSync(join(folder.path, 'README.md'), '# Short\n\nA *short* file.\n');

function shell(line: string, env: Record<string, string | undefined> = {}) {
  const path = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  return run('bash', ['-euo', 'pipefail', '-c', line], { cwd: folder.path, env: { PATH: path, ...env } });
}

describe('README', () => {
  it('has samples of every kind', () => {
    expect(new Set(samples.map((sample) => sample.info))).toEqual(new Set(['', 'sound', 'serve']));
    expect(samples.length).toBeGreaterThan(8);
  });

  it.each(samples.filter(({ info, line }) => info === '' && !line.startsWith('npm ')))(
    'runs: $line',
    async ({ line }) => {
      const ran = await shell(line);
      expect({ code: ran.code, stderr: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, stderr: '' });
      const made = /-o (\w+\.wav)|> (\w+\.wav)/.exec(line);
      const name = made?.[1] ?? made?.[2];
      if (name && !line.includes('--dry-run')) expect(statSync(join(folder.path, name)).size).toBeGreaterThan(10_000);
      if (line.includes('--out-dir')) expect(existsSync(join(folder.path, 'clips/0002.wav'))).toBe(true);
    },
  );

  it.each(samples.filter(({ info }) => info === 'serve'))('runs against vox serve: $line', async ({ line }) => {
    const served = await serve();
    try {
      const ran = await shell(line, { URL: served.wsUrl });
      expect(ran.code).toBe(0);
      expect(JSON.parse(ran.stdout.toString().trim().split('\n').at(-1) ?? '')).toMatchObject({
        event: 'turn',
        provider: 'slng',
      });
    } finally {
      await served.stop();
    }
  });

  it('names the exit codes of the table, and no other', () => {
    const section = /## Exit codes and errors\n\n([^\n]*)/.exec(readme)?.[1] ?? '';
    const named = [...section.matchAll(/(?:^|· )(\d+) /g)].map((match) => Number(match[1]));
    const used = new Set(Object.values(errorTable).map((row) => row.exit));
    expect(new Set(named)).toEqual(new Set([0, ...used]));
  });

  it('runs the library sample', async () => {
    const source = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const file = join(folder.path, 'sample.mjs');
    writeFileSync(file, source.replace("'voxwire'", JSON.stringify(join(root, 'dist/index.js'))));
    const served = await serve();
    try {
      const ran = await run(process.execPath, [file], { env: { VOX_ENDPOINT: served.wsUrl } });
      expect(ran.stderr).toBe('');
      expect(ran.stdout.length).toBeGreaterThan(20_000);
    } finally {
      await served.stop();
    }
  });
});

const sound = needs(...soundCardPrograms);
sound.describe('README, with a sound card', () => {
  sound.it.each(samples.filter(({ info }) => info === 'sound'))('runs: $line', async ({ line }) => {
    const card = startSoundCard(24_000);
    try {
      const ran = await shell(line, card.env);
      expect({ code: ran.code, stderr: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, stderr: '' });
    } finally {
      card.stop();
    }
  });
});

describe('docs', () => {
  it('errors.md is the error table', () => {
    const made = execFileSync(process.execPath, [join(root, 'scripts/error-table.mjs')], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toBe(made);
  });

  it('metrics.md defines every figure of a turn', () => {
    const text = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
    const source = readFileSync(join(root, 'src/metrics/turn-report.ts'), 'utf8');
    const names = [...source.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1] ?? '');
    const figures = names.filter((name) => !['turn', 'ended', 'requestId'].includes(name));
    expect(figures.length).toBeGreaterThan(15);
    expect(figures.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('every link to a file leads somewhere', () => {
    const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'];
    const broken = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((path) => !existsSync(join(root, path))),
    );
    expect(broken).toEqual([]);
  });
});
