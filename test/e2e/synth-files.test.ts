import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scriptedText } from '../../src/engine/scripted.ts';
import { testSignal } from '../support/sound-card.ts';
import { type Served, scratch, serve, vox } from '../support/vox.ts';
import { lines, samplesOf } from './played.ts';
import { type ScriptedService, scriptedService } from './scripted-service.ts';

const folder = scratch();
afterAll(folder.remove);
const at = (...names: string[]) => join(folder.path, ...names);
const read = (...names: string[]) => readFileSync(at(...names));

async function made(args: readonly string[], cwd = folder.path) {
  const ran = await vox(['synth', '--quiet', ...args], { cwd });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
}

describe('vox synth, many files', () => {
  const spoken = [
    'The first line.',
    '',
    'The third line, after a blank one.',
    'Four.',
    'Five!',
    'Is it six?',
    'Seven.',
  ];

  it('makes one file a line, the same with --jobs 3 as with --jobs 1', async () => {
    writeFileSync(at('lines.txt'), spoken.join('\n'));
    for (const jobs of ['1', '3']) {
      await made(['--lines', '-f', 'lines.txt', '--out-dir', `jobs-${jobs}`, '--jobs', jobs]);
    }
    const names = readdirSync(at('jobs-1'));
    expect(names).toEqual(['0001.wav', '0003.wav', '0004.wav', '0005.wav', '0006.wav', '0007.wav']);
    expect(readdirSync(at('jobs-3'))).toEqual(names);
    for (const name of names) expect(read('jobs-3', name).equals(read('jobs-1', name))).toBe(true);
    await made(['-o', 'third.wav', spoken[2] ?? '']);
    expect(read('third.wav').equals(read('jobs-3', '0003.wav'))).toBe(true);
  });

  it('makes a file of each -f, in --out-dir, of the kind of --format', async () => {
    writeFileSync(at('one.txt'), 'This is one.');
    writeFileSync(at('two.md'), '# This is *two*');
    await made(['-f', 'one.txt', '-f', 'two.md', '--out-dir', 'several', '--format', 'pcm']);
    expect(readdirSync(at('several'))).toEqual(['one.pcm', 'two.pcm']);
    await made(['-o', 'alone.pcm', 'This is two.']);
    expect(read('several', 'two.pcm').equals(read('alone.pcm'))).toBe(true);
  });

  it('goes on after one that failed, says which, and exits with its code', async () => {
    writeFileSync(at('good.txt'), 'This is good.');
    const ran = await vox(['synth', '-f', 'missing.txt', '-f', 'good.txt', '--out-dir', 'mixed', '--json'], {
      cwd: folder.path,
    });
    expect(ran.code).toBe(6);
    expect(readdirSync(at('mixed'))).toEqual(['good.wav']);
    expect(lines(ran).find(({ event }) => event === 'error')).toMatchObject({ code: 'E_FILE', input: 'missing.txt' });
  });
});

describe('vox synth, an existing file', () => {
  let service: ScriptedService;
  beforeEach(async () => {
    service = await scriptedService();
    writeFileSync(at('old.wav'), 'what stood there before');
  });
  afterEach(() => service.close());

  const signal = testSignal(24_000, 500);
  const speak = (during: () => Promise<void>) =>
    vox(['synth', '--endpoint', service.wsUrl, '-o', at('old.wav'), 'Hello there.'], {
      during: async ({ stdin }) => {
        stdin?.end();
        await service.asked;
        await during();
      },
    });

  it('is replaced by a whole one, and not before', async () => {
    let meanwhile = '';
    const ran = await speak(async () => {
      service.sound(signal);
      meanwhile = read('old.wav').toString();
      service.done();
    });
    expect(meanwhile).toBe('what stood there before');
    expect(ran.code).toBe(0);
    expect(samplesOf(read('old.wav').subarray(44))).toEqual(signal);
    expect(readdirSync(folder.path).filter((name) => /old/.test(name))).toEqual(['old.wav']);
  });

  it('stays where the speech broke off; what came is in a valid file beside it', async () => {
    const ran = await speak(async () => {
      service.sound(signal);
      await service.close();
    });
    expect(ran.code).not.toBe(0);
    expect(read('old.wav').toString()).toBe('what stood there before');
    const partial = read('old.partial.wav');
    expect(partial.readUInt32LE(40)).toBe(signal.length * 2);
    expect(samplesOf(partial.subarray(44))).toEqual(signal);
    expect(ran.stderr).toContain('old.partial.wav');
  });
});

describe('vox synth, a book', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve(['--engine', 'scripted']);
  });
  afterEach(async () => {
    expect(await served.stop()).toBe(0);
  });

  /** Sentences that differ, in paragraphs of five. */
  function book(chars: number): string {
    let text = '';
    for (let n = 1; text.length < chars; n++) {
      text += `Sentence number ${n} of the book tells that ${n * 7919} is no more than a number.${n % 5 ? ' ' : '\n\n'}`;
    }
    return text;
  }

  /** Blanks between sentences are not spoken. */
  const withoutBlanks = (text: string) => text.replace(/\s+/g, '');

  /** Has the process write down its largest size when it ends. */
  const hook = `const { isMainThread } = require('node:worker_threads');
if (isMainThread) process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.VOX_TEST_RSS, String(process.resourceUsage().maxRSS));
});`;

  async function speak(chars: number) {
    const text = book(chars);
    writeFileSync(at('book.txt'), text);
    writeFileSync(at('hook.cjs'), hook);
    const args = ['--endpoint', served.wsUrl, '-o', at('book.pcm'), '-f', at('book.txt')];
    const ran = await vox(['synth', '--quiet', ...args], {
      env: { NODE_OPTIONS: `--require ${at('hook.cjs')}`, VOX_TEST_RSS: at('rss') },
    });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const said = scriptedText(read('book.pcm'), { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 });
    return { text: withoutBlanks(text), said: withoutBlanks(said), maxRssKb: Number(read('rss')) };
  }

  it('of 300 kB is streamed: all of it is said, and the memory does not grow with it', async () => {
    const page = await speak(3000);
    const whole = await speak(300_000);
    expect(page.said).toBe(page.text);
    expect(whole.said).toBe(whole.text);
    expect(whole.text.length).toBeGreaterThan(240_000);
    // 130 MB of sound went through it. Node lets a busy process grow to twice its size before it tidies up.
    expect(read('book.pcm').length).toBeGreaterThan(110_000_000);
    expect(whole.maxRssKb / page.maxRssKb).toBeLessThan(2.5);
  }, 60_000);
});
