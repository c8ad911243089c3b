import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { wavHeader } from '../src/audio/wav-header.ts';
import { providers } from '../src/cli/providers.ts';
import { errorTable } from '../src/errors.ts';
import { providers as libraryProviders } from '../src/index.ts';
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
writeFileSync(join(folder.path, 'said.txt'), 'Good morning. The weather is very good today.\n');
writeFileSync(join(folder.path, 'README.md'), '# Short\n\nA *short* file.\n');

function shell(line: string, env: Record<string, string | undefined> = {}) {
  const path = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  return run('bash', ['-euo', 'pipefail', '-c', line], { cwd: folder.path, env: { PATH: path, ...env } });
}

describe('README', () => {
  it('has samples of every kind', () => {
    expect(new Set(samples.map((sample) => sample.info))).toEqual(new Set(['', 'sound', 'serve', 'hear']));
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

const hearing = needs('pocketsphinx_continuous');
hearing.describe('README, with a recogniser', () => {
  hearing.it.each(samples.filter(({ info }) => info === 'hear'))('runs: $line', async ({ line }) => {
    const ran = await shell(line);
    expect({ code: ran.code, stderr: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, stderr: '' });
    const printed = /# → (.+)$/.exec(line)?.[1];
    if (printed !== undefined) expect(ran.stdout.toString()).toBe(`${printed}\n`);
  });

  hearing.it('shows the subtitles that are made', () => {
    const shown = /```srt\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(readFileSync(join(folder.path, 'talk.srt'), 'utf8')).toBe(`${shown}\n`);
    expect(readFileSync(join(folder.path, 'talk.json'), 'utf8')).toContain('"words":[{"text":"good"');
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

/** What a script prints. */
function made(script: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'scripts', script), ...args], { cwd: root, encoding: 'utf8' });
}

describe('the dialects', () => {
  const page = readFileSync(join(root, 'docs/dialects.md'), 'utf8');

  it('stand in README and in dialects.md as the codecs have them', () => {
    const [, inReadme] = /<!-- node scripts\/dialect-table\.mjs --short -->\n([\s\S]*?)<!-- end -->/.exec(readme) ?? [];
    expect(inReadme).toBe(made('dialect-table.mjs', '--short'));
    expect(page).toBe(made('dialect-table.mjs'));
  });

  const vendors = [
    { row: 'SLNG, direct', flags: ['--provider', 'slng', '--route', 'direct'] },
    { row: 'SLNG, bridge', flags: ['--provider', 'slng', '--route', 'bridge'] },
    { row: 'Deepgram', flags: ['--provider', 'deepgram'] },
    { row: 'Telnyx', flags: ['--provider', 'telnyx'] },
  ];
  const env = { SLNG_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', TELNYX_API_KEY: 'k' };
  /** What a section says that a dialect sends. */
  const sent = (heading: string, row: string): string[] => {
    const section = page.split('\n## ').find((part) => part.startsWith(heading)) ?? '';
    const line = section.split('\n').find((candidate) => candidate.startsWith(`| ${row} |`)) ?? '';
    return [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  };
  const dry = async (args: readonly string[]) => {
    const ran = await run(process.execPath, [voxPath, ...args, '--dry-run'], { cwd: folder.path, env });
    expect(ran.code, ran.stderr).toBe(0);
    return ran.stdout.toString().trimEnd().replaceAll(/^> /gm, '').split('\n');
  };

  it.each(vendors)('$row: the command says of itself what the page says', async ({ row, flags }) => {
    expect(await dry(['say', 'Good morning.', ...flags])).toEqual(sent('`vox say', row));
    const chunk = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
    const wav = Buffer.concat([wavHeader(chunk, 1600), Buffer.alloc(1600)]);
    writeFileSync(join(folder.path, 'chunk.wav'), wav);
    const heard = await dry(['transcribe', 'chunk.wav', ...flags]);
    expect(heard.map((line) => line.replace('bytes)', 'bytes of audio)'))).toEqual(sent('`vox transcribe', row));
  });

  it('have their providers in README, with the variables of their keys, and in the library', () => {
    for (const [name, { keyVariable }] of Object.entries(providers)) {
      expect(readme).toContain(`| \`${name}\` | ${keyVariable === undefined ? 'none' : `\`${keyVariable}\``} |`);
    }
    const keyed = Object.entries(providers).flatMap(([name, { keyVariable }]) =>
      keyVariable ? [[name, keyVariable]] : [],
    );
    const ours = Object.entries(libraryProviders).map(([name, { keyVariable }]) => [name, keyVariable]);
    expect(ours).toEqual(keyed);
    for (const { speak } of Object.values(libraryProviders)) {
      expect(readme).toContain(`\`${speak.traits.defaults.baseUrl}\``);
    }
  });
});

describe('docs', () => {
  it('errors.md is the error table', () => {
    expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toBe(made('error-table.mjs'));
  });

  it('metrics.md defines every figure of a turn', () => {
    const text = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
    const source = readFileSync(join(root, 'src/metrics/turn-report.ts'), 'utf8');
    const names = [...source.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1] ?? '');
    const figures = names.filter((name) => !['turn', 'ended', 'requestId'].includes(name));
    expect(figures.length).toBeGreaterThan(15);
    expect(figures.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('metrics.md defines every figure of a session of speech in', () => {
    const text = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
    const source = readFileSync(join(root, 'src/metrics/listen-report.ts'), 'utf8');
    const names = [...source.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1] ?? '');
    const figures = names.filter((name) => !['ended', 'requestId'].includes(name));
    expect(figures.length).toBeGreaterThan(15);
    expect(figures.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('every link to a file leads somewhere', () => {
    const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.md'),
    );
    const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...docs.map((name) => join('docs', name))];
    expect(pages.length).toBeGreaterThan(10);
    const broken = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((path) => !existsSync(join(root, dirname(page), path))),
    );
    expect(broken).toEqual([]);
  });
});
