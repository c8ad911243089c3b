import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { root, run, type Served, scratch, serve } from '../support/vox.ts';
import { turnOf } from './played.ts';

const manifest: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const folder = scratch();
const prefix = join(folder.path, 'prefix');
const installed = join(prefix, 'lib/node_modules/voxwire');
const installedVox = join(prefix, 'bin/vox');
/** Somebody's project that depends on the library. */
const consumer = join(folder.path, 'consumer');

/** What stands in the tarball. */
let packed: string[] = [];
let served: Served;

/** What is not asked for: npm's talk, and what npm was told for the tests' own run. */
const calm = ['--no-audit', '--no-fund', '--loglevel=error'];
const npmEnv = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^npm_(package|lifecycle|config_(local_)?prefix|command|execpath)/.test(name))
    .map((name) => [name, undefined]),
);

async function npm(...args: string[]): Promise<string> {
  const ran = await run('npm', [...args, ...calm], { env: npmEnv });
  expect({ code: ran.code, stderr: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, stderr: '' });
  return ran.stdout.toString();
}

beforeAll(async () => {
  // The build is that of `npm test`; only what is packed of it matters here.
  const made = await npm('pack', '--ignore-scripts', '--json', '--pack-destination', folder.path);
  const [{ filename, files }]: [{ filename: string; files: { path: string }[] }] = JSON.parse(made);
  packed = files.map(({ path }) => path);
  // What `npm ci` fetched is taken from npm's cache. The optional part would be compiled, for minutes.
  await npm('install', '-g', '--prefix', prefix, '--prefer-offline', '--omit=optional', join(folder.path, filename));
  mkdirSync(join(consumer, 'node_modules'), { recursive: true });
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(installed, join(consumer, 'node_modules/voxwire'), 'dir');
  served = await serve();
}, 120_000);

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  folder.remove();
});

const { describe } = needs('npm');

describe('the package', () => {
  it('holds what is run and read, and nothing of the workshop', () => {
    expect(packed).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'bin/vox.js', 'dist/vox.cjs', 'dist/index.js']),
    );
    expect(packed).toEqual(expect.arrayContaining(['dist/types/index.d.ts', 'dist/THIRD-PARTY.txt']));
    const known = /^(bin|dist|docs)\/|^(package\.json|README\.md|LICENSE|ARCHITECTURE\.md)$/;
    expect(packed.filter((path) => !known.test(path))).toEqual([]);
    expect(packed.filter((path) => /test|fixture|\.map$|(?<!\.d)\.ts$|\.jsonl$|\.wav$/.test(path))).toEqual([]);
  });

  it('says nothing of the machine that it was made on', () => {
    const tells = [root, 'sourceMappingURL', 'file:///', `${tmpdir()}/`];
    const telling = packed.flatMap((path) => {
      const text = readFileSync(join(installed, path), 'latin1');
      return tells.filter((tell) => text.includes(tell)).map((tell) => `${path}: ${tell}`);
    });
    expect(telling).toEqual([]);
  });
});

describe('the installed command', () => {
  /** A folder that has nothing to do with ours. */
  const elsewhere = mkdtempSync(join(tmpdir(), 'vox-elsewhere-'));
  afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

  it('tells its version', async () => {
    const ran = await run(installedVox, ['--version'], { cwd: elsewhere });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.toString()).toBe(`${manifest.version}\n`);
  });

  it('makes speech from another folder', async () => {
    const ran = await run(installedVox, ['synth', 'From another folder.', '-o', 'hello.wav', '--json'], {
      cwd: elsewhere,
    });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(turnOf(ran)).toMatchObject({ ended: 'done', provider: 'local', output: 'hello.wav' });
    expect(statSync(join(elsewhere, 'hello.wav')).size).toBe(44 + Number(turnOf(ran).bytes));
    expect(Number(turnOf(ran).audioMs)).toBeGreaterThan(800);
  });
});

describe('the installed library', () => {
  it('has types that compile, strictly, in three lines', async () => {
    writeFileSync(
      join(consumer, 'three-lines.ts'),
      `import { connectSpeech, speakText } from 'voxwire';
const turn = speakText(connectSpeech({ endpoint: 'ws://127.0.0.1:1' }), 'Hello.', { eager: true });
for await (const out of turn) if (out.type === 'audio') out.chunk.bytes satisfies Uint8Array;
`,
    );
    writeFileSync(
      join(consumer, 'wrong.ts'),
      `import { connectSpeech } from 'voxwire';\nconnectSpeech({ endpoint: 1 });\n`,
    );
    const flags = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--types', ''];
    const tsc = (file: string) =>
      run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...flags, file], { cwd: consumer });
    const [right, wrong] = await Promise.all([tsc('three-lines.ts'), tsc('wrong.ts')]);
    expect({ code: right.code, said: right.stdout.toString() }).toEqual({ code: 0, said: '' });
    expect(wrong.stdout.toString()).toMatch(/wrong\.ts\(2,17\): error TS2322/);
  });

  it('runs an example against vox serve', async () => {
    const name = 'speak-to-file.mjs';
    const cwd = mkdtempSync(join(consumer, 'run-'));
    // Where a module lies decides which library it finds: the installed one.
    const file = join(consumer, name);
    writeFileSync(file, readFileSync(join(root, 'examples', name)));
    const ran = await run(process.execPath, [file], { cwd, env: { VOX_ENDPOINT: served.wsUrl } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const [made = ''] = readdirSync(cwd);
    expect(statSync(join(cwd, made)).size).toBeGreaterThan(40_000);
  });
});
