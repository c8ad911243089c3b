import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { type Ran, root, run, type Served, serve } from '../support/vox.ts';
import { spoken, wavOf } from './spoken.ts';
import { workplace } from './workplace.ts';

const page = readFileSync(join(root, 'docs/serving.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly info: string;
  readonly source: string;
  /** The heading above it. */
  readonly section: string;
}

/** The fenced blocks of the page. */
function blocksOf(text: string): Block[] {
  let section = '';
  return [...text.matchAll(/^## (.+)$|^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].flatMap((found) => {
    const [, heading, language = '', info = '', source = ''] = found;
    section = heading ?? section;
    return heading === undefined ? [{ language, info, source, section }] : [];
  });
}

/** The programs of docs/serving.md as they stand there, but for the port: it is that of the test's server. */
const blocks = blocksOf(page);
const of = (language: string) =>
  blocks
    .filter((block) => block.language === language)
    .map((block, i) => ({ ...block, name: `${block.section}, ${i}` }));

const place = workplace();
let served: Served;
beforeAll(async () => {
  served = await serve(['--engine', 'scripted']);
  // Where a user has installed the SDKs.
  symlinkSync(join(root, 'node_modules'), place.file('node_modules'));
  place.put('hello.wav', wavOf(await spoken('Hello there.', 100)));
});
afterAll(async () => {
  expect(await served.stop()).toBe(0);
  place.remove();
});

const here = (source: string) => source.replaceAll('127.0.0.1:8080', new URL(served.url).host);

/** What the page's programs do: those that speak write a file, those that listen print what they heard. */
function expectDone(ran: Ran, source: string): void {
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  if (!source.includes('output.pcm')) {
    expect(ran.stdout.toString()).toBe('Hello there.\n');
    return;
  }
  // The scripted engine: 10 ms a byte of text.
  expect(readFileSync(place.file('output.pcm')).length).toBe(2 * 240 * 'Hello there.'.length);
}

describe('docs/serving.md', () => {
  it('has programs for every vendor', () => {
    expect(of('js').map(({ section }) => section)).toEqual([
      'SLNG',
      'Deepgram',
      'Deepgram',
      'Deepgram',
      'Telnyx',
      'Telnyx',
    ]);
    expect(of('python').map(({ section }) => section)).toEqual(['SLNG']);
    expect(of('sh')).toHaveLength(2);
  });

  it.each(of('js'))('runs: $name', async ({ info, source }) => {
    rmSync(place.file('output.pcm'), { force: true });
    const isOld = info === 'sdk-4';
    // 4.x is installed beside 5.x under another name; over Node's own WebSocket it loses the order of what it is told.
    const input = here(isOld ? source.replace("'@deepgram/sdk'", "'deepgram-sdk-4'") : source);
    const node = ['--no-experimental-websocket', '--input-type=module', '-'];
    expectDone(await run(process.execPath, node, { cwd: place.path, input }), source);
  });

  needs('/usr/bin/python3').it.each(of('python'))('runs: $name, Python', async ({ source }) => {
    expectDone(await run('/usr/bin/python3', ['-'], { cwd: place.path, input: here(source) }), source);
  });

  it.each(of('sh').filter(({ info }) => info === 'run'))('runs: $name, vox', async ({ source }) => {
    const ran = await place.shell(here(source).replaceAll(' vox ', ' $VOX '), { env: { SLNG_API_KEY: undefined } });
    expect(ran.code).toBe(0);
    expect(ran.stdout.toString()).toBe('Hello there.\n');
    expect(existsSync(place.file('telnyx.wav'))).toBe(true);
  });

  it('tells of every switch of vox serve that is about what clients get', async () => {
    const help = (await place.vox(['serve', '--help'])).stdout.toString();
    const switches = [...help.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, name = '']) => name);
    const usual = ['--host', '--json', '--quiet', '--debug', '--help'];
    expect(switches.filter((name) => !usual.includes(name) && !page.includes(name))).toEqual([]);
  });

  it('names what vox serve prints', () => {
    const { url, wsUrl, told } = served;
    for (const name of ['url', 'wsUrl', 'keyed', 'listens', 'telnyxDefault', 'clients']) {
      expect(told).toHaveProperty(name);
      expect(page).toContain(`\`${name}\``);
    }
    const settings = { vox: { VOX_ENDPOINT: wsUrl }, slng: { baseUrl: wsUrl }, deepgram: { baseUrl: wsUrl } };
    const defaultQuery = { voice: 'Telnyx.NaturalHD.astra' };
    expect(told.clients).toEqual({ ...settings, telnyx: { baseURL: `${url}/v2`, defaultQuery } });
  });

  it('and says it to a person in lines of code, which the page has as well', async () => {
    const during = async (child: ChildProcess) => {
      if (child.stdout) await once(child.stdout, 'data');
      child.kill('SIGTERM');
    };
    const ran = await place.vox(['serve', '--port', '0', '--engine', 'scripted'], { during });
    expect(ran.code).toBe(0);
    const lines = ran.stdout.toString();
    const port = /on ws:\/\/127\.0\.0\.1:(\d+) /.exec(lines)?.[1];
    const settings = [
      `VOX_ENDPOINT=ws://127.0.0.1:${port}`,
      `ws://127.0.0.1:${port}/v1/bridges/unmute/tts/slng/deepgram/aura:2-en`,
      `baseUrl: 'ws://127.0.0.1:${port}'`,
      `baseURL: 'http://127.0.0.1:${port}/v2'`,
    ];
    for (const setting of settings) {
      expect(lines).toContain(setting);
      expect(here(page)).toContain(setting.replaceAll(`:${port}`, `:${new URL(served.url).port}`));
    }
    // The page has it with a name for the address, and more in the query.
    const old = `createClient(apiKey, { global: { url: 'ws://127.0.0.1:${port}', websocket: { options: { url: 'ws://127.0.0.1:${port}' } } } })`;
    expect(lines).toContain(old);
    expect(page).toContain('{ global: { url, websocket: { options: { url } } } }');
    expect(lines).toContain("/v2', defaultQuery: { voice: 'Telnyx.NaturalHD.astra' } })");
    expect(page).toContain("defaultQuery = { voice: 'Telnyx.NaturalHD.astra'");
    expect(lines).toContain('Any key is taken, and none.');
  });

  it.each([
    ['there is', 'mp3'],
    ['there is not', 'linear16'],
  ])('says what Telnyx clients get that name no format, where %s ffmpeg: %s', async (_where, format) => {
    const folder = join(place.path, format);
    mkdirSync(folder);
    if (format === 'mp3') writeFileSync(join(folder, 'ffmpeg'), '#!/bin/sh\n', { mode: 0o755 });
    const other = await serve(['--engine', 'scripted'], { PATH: folder });
    expect(await other.stop()).toBe(0);
    expect(other.told.telnyxDefault).toBe(format);
  });
});
