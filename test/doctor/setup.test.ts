import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { choiceCheck, configCheck, keysCheck, runtimeCheck, runtimeFacts } from '../../src/doctor/setup.ts';
import { SpeechError } from '../../src/errors.ts';

const { signal } = new AbortController();
const facts = { vox: '0.1.0', node: '20.12.0', platform: 'linux', arch: 'x64', release: '6.1.0' };

describe('the check of vox itself', () => {
  it('tells versions and platform', () => {
    expect(runtimeCheck(facts).run(signal)).toEqual({
      status: 'ok',
      detail: '0.1.0 on Node 20.12.0, linux x64 (6.1.0)',
      data: facts,
    });
  });

  it.each(['20.12.0', '20.20.2', '22.0.0', '24.1.3'])('takes Node %s', (node) => {
    expect(runtimeCheck({ ...facts, node }).run(signal)).toMatchObject({ status: 'ok' });
  });

  it.each(['20.11.9', '18.20.0', '8.0.0', '20'])('refuses Node %s', (node) => {
    expect(runtimeCheck({ ...facts, node }).run(signal)).toMatchObject({
      status: 'fail',
      todo: 'install Node 20.12 or newer',
      data: { node },
    });
  });

  it('asks for the Node that package.json asks for', () => {
    const wanted = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(wanted).toContain('"node": ">=20.12"');
  });

  it('reads the facts from this process', () => {
    const here = runtimeFacts('1.2.3');
    expect(here).toMatchObject({ vox: '1.2.3', node: process.versions.node, platform: process.platform });
    expect(runtimeCheck(here).run(signal)).toMatchObject({ status: 'ok' });
  });
});

describe('the check of the config file', () => {
  it('names the file that was read', () => {
    const run = configCheck(() => ({ path: '/home/me/config.json', found: true })).run(signal);
    expect(run).toEqual({
      status: 'ok',
      detail: '/home/me/config.json',
      data: { path: '/home/me/config.json', found: true },
    });
  });

  it('says where one would be, where there is none', () => {
    const run = configCheck(() => ({ path: '/home/me/config.json', found: false })).run(signal);
    expect(run).toMatchObject({ status: 'ok', detail: 'none (/home/me/config.json would be read)' });
  });

  it('passes on what is wrong with the file', () => {
    const broken = configCheck(() => {
      throw new SpeechError('E_USAGE', 'the config file is not JSON');
    });
    expect(() => broken.run(signal)).toThrow('the config file is not JSON');
  });
});

describe('the check of the keys', () => {
  it('tells where each key was found, and not a part of any', () => {
    const keys = [
      { provider: 'slng', from: 'SLNG_API_KEY', key: 'sk-hush-1234' },
      { provider: 'telnyx', from: '/home/me/config.json', key: 'KEY-hush-5678' },
    ];
    const finding = keysCheck(() => keys).run(signal);
    expect(finding).toEqual({
      status: 'ok',
      detail: 'slng (SLNG_API_KEY), telnyx (/home/me/config.json)',
      data: {
        keys: [
          { provider: 'slng', from: 'SLNG_API_KEY' },
          { provider: 'telnyx', from: '/home/me/config.json' },
        ],
      },
    });
    for (const part of ['hush', 'sk-', 'KEY-', '1234', '5678']) expect(JSON.stringify(finding)).not.toContain(part);
  });

  it('is content without any', () => {
    expect(keysCheck(() => []).run(signal)).toEqual({
      status: 'ok',
      detail: "none, and the provider 'local' needs none",
      data: { keys: [] },
    });
  });
});

describe('the check of the choice of provider', () => {
  it('tells what a command would use, and why, and nothing else of it', () => {
    const choice = { provider: 'slng', why: 'SLNG_API_KEY is set', credentials: { key: 'hush' } };
    expect(choiceCheck(() => choice).run(signal)).toEqual({
      status: 'ok',
      detail: 'slng (SLNG_API_KEY is set)',
      data: { provider: 'slng', why: 'SLNG_API_KEY is set' },
    });
  });

  it('warns where a command would not know', () => {
    const unsure = choiceCheck(() => {
      throw new SpeechError('E_USAGE', 'several keys are set', { todo: 'say which with --provider' });
    });
    expect(unsure.run(signal)).toEqual({
      status: 'warn',
      detail: 'several keys are set',
      todo: 'say which with --provider',
      code: 'E_USAGE',
    });
  });
});
