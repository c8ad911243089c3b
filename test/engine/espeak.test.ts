import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Synthesizer } from '../../src/engine/engine.ts';
import { createEspeakEngine } from '../../src/engine/espeak.ts';
import { needs } from '../support/programs.ts';
import { audioOf, chunksOf, linear24, never, requestOf } from './contract.ts';
import { espeakMember } from './members.ts';

const directory = mkdtempSync(join(tmpdir(), 'vox-espeak-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** An engine over a program of our own, in place of espeak-ng: a script of Node that sees `args` and `text`. */
let scripts = 0;
function engineOver(script: string, processes = 8): Synthesizer {
  const program = join(directory, `espeak-${scripts++}`);
  const body = `const args = process.argv.slice(2); let text = ''; process.stdin.setEncoding('utf8');
    process.stdin.on('data', (more) => { text += more; }).on('end', () => {
      if (args[0] === '--voices') return process.stdout.write(' 5  de  --/M  German  gmw/de\\n 5  fr-fr  --/M  French  roa/fr  (fr 5)\\n');
      ${script}
    });
    if (args[0] === '--voices') process.stdin.destroy(), process.stdin.emit('end');`;
  writeFileSync(program, `#!${process.execPath}\n${body}`);
  chmodSync(program, 0o755);
  return createEspeakEngine({ program, processes });
}

/** JavaScript for a WAV header of 16-bit mono at 24 kHz, with the open length that the real program writes. */
const header = (more = '') => `
  const head = Buffer.alloc(44); head.write('RIFF'); head.writeUInt32LE(0x7ffff024, 4); head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22); head.writeUInt32LE(24000, 24);
  head.writeUInt32LE(48000, 28); head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34); head.write('data', 36);
  head.writeUInt32LE(0x7ffff000, 40); ${more}`;

const request = requestOf(espeakMember, 'Hallo.');

describe('an engine over a program', () => {
  it('gives it voice, pace and text, with no phonemes hidden in the text', async () => {
    const engine = engineOver(`${header()} process.stdout.write(head);
      const said = Buffer.from(JSON.stringify({ args, text }).padEnd(400)); const loud = Buffer.alloc(said.length * 2);
      said.forEach((byte, i) => loud.writeInt16LE(byte * 100, 2 * i)); process.stdout.write(loud);`);
    const audio = await audioOf(engine, { ...request, text: '[[hE]] -x\u0000 „Zoë“', speed: 1.2 });
    const samples = new Int16Array(new Uint8Array(audio).buffer).subarray(240, 640);
    expect(JSON.parse(Buffer.from(samples.map((sample) => sample / 100)).toString())).toEqual({
      args: ['--stdout', '--stdin', '-b', '1', '-v', 'de', '-s', '210'],
      text: '[ [hE]] -x  „Zoë“',
    });
  });

  it('reads a stream that comes byte by byte', async () => {
    const tone = 'Buffer.from(Array.from({ length: 960 }, (_, i) => (i % 2 === 0 ? 0 : i % 4 === 1 ? 20 : 236)))';
    const whole = engineOver(`${header()} process.stdout.write(Buffer.concat([head, ${tone}]));`);
    const dripping = engineOver(`${header()} const all = Buffer.concat([head, ${tone}]); let at = 0;
      const drip = () => { if (at < all.length) process.stdout.write(all.subarray(at, ++at), drip); }; drip();`);
    const expected = await audioOf(whole, request);
    expect(expected.length).toBe((10 + 20 + 250) * 48);
    expect((await audioOf(dripping, request)).equals(expected)).toBe(true);
  });

  it.each([
    {
      how: 'fails',
      script: "process.stderr.write('voice broken\\n'); process.exitCode = 4;",
      message: /4.*voice broken/,
    },
    { how: 'is killed', script: "process.kill(process.pid, 'SIGTERM');", message: /SIGTERM/ },
    { how: 'gives no WAV', script: "process.stdout.write('x'.repeat(4000));", message: /no WAV/ },
    {
      how: 'speaks in stereo',
      script: `${header('head.writeUInt16LE(2, 22);')} process.stdout.write(Buffer.concat([head, Buffer.alloc(4000)]));`,
      message: /16-bit mono/,
    },
  ])('is an error of the engine when it $how', async ({ script, message }) => {
    const reading = audioOf(engineOver(script), request);
    await expect(reading).rejects.toMatchObject({ code: 'E_ENGINE', message: expect.stringMatching(message) });
  });

  it('starts no more of it at once than it may, and leaves nobody out', async () => {
    const busy = join(directory, 'busy');
    const engine = engineOver(
      `const fs = require('node:fs');
      try { fs.mkdirSync('${busy}'); } catch { process.exitCode = 9; }
      ${header()} process.stdout.write(Buffer.concat([head, Buffer.alloc(960, 20)]), () => fs.rmdirSync('${busy}'));`,
      1,
    );
    const all = Promise.all([1, 2, 3].map(() => audioOf(engine, request)));
    // One that is called off while it waits is never started.
    const stopped = new AbortController();
    const called = engine.synthesize(request, stopped.signal);
    stopped.abort(new Error('not wanted'));
    await expect(async () => {
      for await (const output of called) expect(output).toBeUndefined();
    }).rejects.toThrow('not wanted');
    for (const audio of await all) expect(audio.length).toBeGreaterThan(0);
    await engine.close();
  });

  it('is started first for what is wanted first', async () => {
    const log = join(directory, 'order');
    const engine = engineOver(`require('node:fs').appendFileSync(${JSON.stringify(log)}, text + ' ');`, 1);
    const speak = (text: string, wantedAtMs: number) => audioOf(engine, { ...request, text, wantedAtMs });
    await Promise.all([speak('one', 0), speak('book', 9000), speak('soon', 20), speak('now', 10)]);
    expect(readFileSync(log, 'utf8')).toBe('one now soon book ');
  });

  it('tells those who wait for it that it was closed', async () => {
    const engine = engineOver('setInterval(() => {}, 1000);', 1);
    const both = [audioOf(engine, request), audioOf(engine, request)].map((audio) =>
      expect(audio).rejects.toMatchObject({ code: 'E_ENGINE', message: 'the engine was closed' }),
    );
    await engine.close();
    await Promise.all(both);
  });

  it('gives no audio where the program gives none', async () => {
    expect(await chunksOf(engineOver(''), request)).toEqual([]);
  });

  it('kills a program that is aborted or closed', async () => {
    const pids = join(directory, 'pids');
    const engine =
      engineOver(`${header()} require('node:fs').appendFileSync(${JSON.stringify(pids)}, process.pid + ' ');
      process.stdout.write(Buffer.concat([head, Buffer.alloc(96000, 7)])); setInterval(() => {}, 1000);`);
    const controller = new AbortController();
    const first = engine.synthesize(request, controller.signal)[Symbol.asyncIterator]();
    const second = engine.synthesize(request, never())[Symbol.asyncIterator]();
    await Promise.all([first.next(), second.next()]);
    controller.abort(new Error('enough'));
    await expect(first.next()).rejects.toThrow('enough');
    await engine.close();
    await expect(drain(second)).rejects.toMatchObject({ code: 'E_ENGINE' });
    const children = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    expect(children.length).toBe(2);
    for (const pid of children) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('cuts a text that is too long for one run', async () => {
    const engine = engineOver(`${header()} const loud = Buffer.alloc(4800, 7);
      process.stdout.write(Buffer.concat([head, loud]));`);
    const bytesPerMs = 48;
    const audio = await audioOf(engine, { ...request, text: `${'Wort '.repeat(500)}aus.` });
    expect(audio.length).toBe((2 * (10 + 100 + 60) + (10 + 100 + 250)) * bytesPerMs);
  });

  it('has the voices that the program lists, and chooses by the language', async () => {
    const engine = engineOver('');
    expect((await engine.voices()).map(({ id }) => id)).toEqual(['de', 'fr-fr']);
    expect(await engine.choose({ language: 'fr-CA' })).toEqual({ voice: 'fr-fr', language: 'fr-fr', warnings: [] });
    expect(await engine.choose({ voice: 'de' })).toEqual({ voice: 'de', language: 'de', warnings: [] });
    const other = await engine.choose({ language: 'fr', voice: 'de' });
    expect(other.voice).toBe('fr-fr');
    expect(other.warnings.join()).toMatch(/"de".*"fr".*"fr-fr"/);
    await expect(engine.choose({ language: 'ja' })).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining('ja'),
    });
  });
});

async function drain(iterator: AsyncIterator<unknown>): Promise<void> {
  while (!(await iterator.next()).done);
}

describe('without the program', () => {
  const engine = createEspeakEngine({ program: join(directory, 'missing') });

  it('there are no voices, and the user is told what to install', async () => {
    expect(await engine.voices()).toEqual([]);
    const refusal = { code: 'E_UNSUPPORTED', todo: expect.stringContaining('install espeak-ng') };
    await expect(engine.choose({ language: 'de' })).rejects.toMatchObject(refusal);
    await expect(audioOf(engine, request)).rejects.toMatchObject(refusal);
  });
});

needs('espeak-ng').describe('the real program', () => {
  it('speaks many languages, each in its own sound', async () => {
    const engine = createEspeakEngine();
    const said = await Promise.all(
      [
        { voice: 'fr-fr', text: 'Bonjour tout le monde.' },
        { voice: 'ja', text: 'こんにちは。' },
        { voice: 'cmn', text: '你好。' },
      ].map((one) => audioOf(engine, { ...request, ...one, format: linear24 })),
    );
    for (const audio of said) expect(audio.length).toBeGreaterThan(48 * 400);
    await engine.close();
  });

  it('is an error where the voice does not exist', async () => {
    const reading = audioOf(createEspeakEngine(), { ...request, voice: 'zzz' });
    await expect(reading).rejects.toMatchObject({ code: 'E_ENGINE', message: expect.stringContaining('voice') });
  });
});
