import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Synthesizer } from '../../src/engine/engine.ts';
import { createLocalEngine } from '../../src/engine/local.ts';
import { noLog } from '../../src/log.ts';
import { needs } from '../support/programs.ts';
import { audioOf, requestOf } from './contract.ts';
import { espeakMember, fliteMember } from './members.ts';

const directory = mkdtempSync(join(tmpdir(), 'vox-local-'));
const lister = join(directory, 'espeak');
let engine: Synthesizer;
let without: Synthesizer;

beforeAll(() => {
  writeFileSync(lister, "#!/bin/sh\necho ' 5  de  --/M  German  gmw/de'\n");
  chmodSync(lister, 0o755);
  engine = createLocalEngine({ clock: systemClock, log: noLog, workers: 1, espeak: lister });
  without = createLocalEngine({ clock: systemClock, log: noLog, espeak: join(directory, 'missing') });
});
afterAll(async () => {
  await Promise.all([engine.close(), without.close()]);
  rmSync(directory, { recursive: true });
});

describe('the local engine', () => {
  it('speaks English with flite, by default with slt', async () => {
    for (const wish of [{}, { language: 'en' }, { language: 'en-US' }, { voice: 'slt' }, { model: 'local' }]) {
      expect(await engine.choose(wish)).toEqual({ voice: 'slt', language: 'en-US', warnings: [] });
    }
    expect((await engine.choose({ voice: 'kal' })).voice).toBe('kal');
  });

  it.each([
    ['en', 'slt'],
    ['de', 'de'],
  ])('warns of nothing in %s where a command asks for what speaks here', async (language, voice) => {
    expect(await engine.choose({ model: 'local/flite', language })).toMatchObject({ voice, warnings: [] });
  });

  it('knows what flite leaves out of a text; espeak-ng says every word somehow', () => {
    expect(engine.unread?.({ text: 'Say привет.', voice: 'slt' })).toEqual(['привет']);
    expect(engine.unread?.({ text: 'Say hello.', voice: 'slt' })).toEqual([]);
    expect(engine.unread?.({ text: 'Say привет.', voice: 'de' })).toEqual([]);
  });

  it.each(['aura-2-thalia-en', 'bob', 'Nova', 'en-US-Studio-O', 'en-gb', 'xy'])(
    'speaks with slt for the voice %s of others, and says so',
    async (voice) => {
      const choice = await engine.choose({ voice });
      expect(choice.voice).toBe('slt');
      expect(choice.warnings.length).toBe(1);
      expect(choice.warnings[0]).toContain(`"${voice}"`);
      expect(choice.warnings[0]).toContain('"slt"');
    },
  );

  it('speaks other languages with espeak-ng, by language or by voice', async () => {
    for (const wish of [{ language: 'de' }, { language: 'de-AT' }, { voice: 'de' }]) {
      expect(await engine.choose(wish)).toEqual({ voice: 'de', language: 'de', warnings: [] });
    }
    const choice = await engine.choose({ language: 'de', voice: 'slt' });
    expect(choice.voice).toBe('de');
    expect(choice.warnings.join()).toContain('slt');
  });

  it('refuses a language that nobody here speaks', async () => {
    await expect(engine.choose({ language: 'ja' })).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining('ja'),
    });
    await expect(without.choose({ language: 'ja' })).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      todo: expect.stringContaining('install espeak-ng'),
    });
  });

  it('works without espeak-ng', async () => {
    expect((await without.choose({ voice: 'de' })).voice).toBe('slt');
    expect((await without.voices()).map(({ id }) => id)).toEqual(['slt', 'rms', 'awb', 'kal16', 'kal']);
    expect((await audioOf(without, requestOf(fliteMember, 'Hello.'))).length).toBeGreaterThan(20_000);
  });

  it('lists the voices of both', async () => {
    expect((await engine.voices()).map(({ id }) => id)).toEqual(['slt', 'rms', 'awb', 'kal16', 'kal', 'de']);
  });
});

needs('espeak-ng').describe('the local engine with the real espeak-ng', () => {
  it('gives each request to who has its voice', async () => {
    const local = createLocalEngine({ clock: systemClock, log: noLog, workers: 1 });
    const [flite, espeak] = [fliteMember.make(), espeakMember.make()];
    const [english, german] = [requestOf(fliteMember, 'Hello.'), requestOf(espeakMember, 'Hallo.')];
    const [hello, hallo] = await Promise.all([audioOf(local, english), audioOf(local, german)]);
    expect(hello.equals(await audioOf(flite, english))).toBe(true);
    expect(hallo.equals(await audioOf(espeak, german))).toBe(true);
    await Promise.all([flite.close(), espeak.close()]);
    await local.close();
  });
});
