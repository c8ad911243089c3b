import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hearingTarget, type TargetFlags, wantedTargets } from '../../src/cli/bench-targets.ts';
import type { Config } from '../../src/cli/config.ts';
import { processIo } from '../../src/cli/io.ts';
import { Secrets } from '../../src/cli/secrets.ts';
import { connectSettings } from '../../src/cli/settings.ts';
import { systemClock } from '../../src/clock.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { scratch } from '../support/vox.ts';

const folder = scratch();
afterAll(folder.remove);

const unsaid = { warmup: 1, limits: 'on' as const, connectTimeout: 10, timeout: 30 };
type Given = Partial<Parameters<typeof wantedTargets>[0]>;

/** What a command has, with these variables and this config file; and all that was said. */
function toolsWith(env: Record<string, string>, config: Config) {
  const secrets = new Secrets();
  let said = '';
  const out = {
    write: (text: string) => {
      said += text;
    },
  };
  const how = { mode: 'human', jsonTo: 'stdout', color: false, interactive: false } as const;
  const reporter = createReporter({ stdout: out, stderr: out, ...how, clock: systemClock });
  const io = { ...processIo(() => {}), env };
  const loaded = { path: '/config.json', found: true, config };
  return { tools: { io, loaded, secrets, reporter }, said: () => said };
}

const flagsOf = (given: Given) => ({
  ...unsaid,
  ...{ target: [], param: [], header: [], assert: [], debug: [] },
  ...given,
});

/** What the flags mean there. */
function targetsOf(given: Given, env: Record<string, string> = {}, config: Config = {}) {
  const { tools, said } = toolsWith(env, config);
  const targets = wantedTargets(flagsOf(given), tools);
  return { targets, said: said(), hide: (text: string) => tools.secrets.hide(text) };
}

const params = (flags: TargetFlags) => {
  const format = { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 } as const;
  const traits = { encodings: [], sampleRatesHz: [], defaults: { baseUrl: '', model: 'usual', format } };
  return connectSettings(flags, traits, 'ws://x').params;
};

describe('with no target and no provider', () => {
  it('is the local engine, whatever keys and variables there are, and says so', () => {
    const env = { SLNG_API_KEY: 'k1', DEEPGRAM_API_KEY: 'k2', VOX_PROVIDER: 'slng', VOX_ENDPOINT: 'ws://h:1' };
    const { targets, said } = targetsOf({}, env, { provider: 'telnyx', endpoint: 'ws://h:2', voice: 'thalia' });
    expect(targets).toEqual([
      {
        label: 'local',
        choice: { provider: 'local', why: 'no target is given', credentials: {} },
        flags: expect.anything(),
        config: {},
      },
    ]);
    expect(said).toContain('SLNG_API_KEY, DEEPGRAM_API_KEY, VOX_PROVIDER, VOX_ENDPOINT not looked at');
  });

  it('says nothing where there is nothing to say', () => {
    expect(targetsOf({ voice: 'rms' })).toMatchObject({ said: '', targets: [{ label: 'local:rms' }] });
  });

  it('refuses a key file that may be of anyone', () => {
    const refused = expect.objectContaining({ code: 'E_USAGE', todo: expect.stringContaining('--target') });
    expect(() => targetsOf({ apiKeyFile: 'k' })).toThrow(refused);
  });
});

describe('with --provider or --endpoint', () => {
  it('is that one, with its key and the config file, as in every other command', () => {
    const { targets, said } = targetsOf({ provider: 'deepgram' }, { DEEPGRAM_API_KEY: 'k2' }, { voice: 'thalia' });
    const choice = { provider: 'deepgram', why: '--provider', credentials: { key: 'k2', via: 'header' } };
    expect(targets).toMatchObject([{ label: 'deepgram:thalia', choice, config: { voice: 'thalia' } }]);
    expect(said).toBe('');
  });

  it('speaks SLNG where only an endpoint is given', () => {
    const { targets } = targetsOf({ endpoint: 'ws://127.0.0.1:1' });
    expect(targets).toMatchObject([{ label: 'slng', choice: { provider: 'slng', endpoint: 'ws://127.0.0.1:1' } }]);
  });

  it('wants a key before anything is connected', () => {
    expect(() => targetsOf({ provider: 'telnyx' })).toThrow(expect.objectContaining({ code: 'E_KEY' }));
  });
});

describe('with --target', () => {
  it('takes each with the key of its provider, and what it says before what is said for all', () => {
    const { targets } = targetsOf(
      {
        target: ['local:rms', 'deepgram/aura?tier=gold&sample-rate=16000&endpoint=ws://127.0.0.1:9', 'deepgram/aura'],
        param: ['tier=iron', 'x=1'],
        voice: 'usual',
        sampleRate: 8000,
      },
      { DEEPGRAM_API_KEY: 'k2', SLNG_API_KEY: 'k1' },
      { voice: 'of-the-config', provider: 'slng' },
    );
    expect(targets.map(({ label }) => label)).toEqual(['local:rms', 'deepgram/aura', 'deepgram/aura#2']);
    expect(targets.map(({ choice }) => choice)).toEqual([
      { provider: 'local', why: '--target', credentials: {} },
      {
        ...{ provider: 'deepgram', why: '--target', endpoint: 'ws://127.0.0.1:9' },
        credentials: { key: 'k2', via: 'header' },
      },
      { provider: 'deepgram', why: '--target', credentials: { key: 'k2', via: 'header' } },
    ]);
    expect(targets.map(({ flags: { voice, model, sampleRate } }) => [voice, model, sampleRate])).toEqual([
      ['rms', undefined, 8000],
      ['usual', 'aura', 16_000],
      ['usual', 'aura', 8000],
    ]);
    expect(targets.map(({ flags }) => params(flags))).toEqual([
      { tier: 'iron', x: '1' },
      { tier: 'gold', x: '1' },
      { tier: 'iron', x: '1' },
    ]);
    expect(targets.map(({ config }) => config)).toEqual([{}, {}, {}]);
  });

  it('takes the endpoint of the environment, as the other commands do', () => {
    const { targets } = targetsOf({ target: ['deepgram'] }, { VOX_ENDPOINT: 'ws://127.0.0.1:7' });
    expect(targets).toMatchObject([{ choice: { endpoint: 'ws://127.0.0.1:7' } }]);
  });

  it.each([
    [{ provider: 'slng' }, '--provider and --target exclude one another'],
    [{ endpoint: 'ws://h' }, '--endpoint and --target exclude one another'],
  ])('refuses %j beside it', (given, message) => {
    expect(() => targetsOf({ target: ['local'], ...given })).toThrow(
      expect.objectContaining({ code: 'E_USAGE', message }),
    );
  });

  it('gives one key to one provider only', () => {
    const keys = { SLNG_API_KEY: 'k1', DEEPGRAM_API_KEY: 'k2' };
    const file = join(folder.path, 'key');
    writeFileSync(file, 'k3\n');
    const several = ['slng', 'deepgram'];
    for (const given of [{ apiKeyFile: file }, { header: ['X-Api-Key: abc'] }, { header: ['Authorization : abc'] }]) {
      const refused = expect.objectContaining({
        code: 'E_USAGE',
        message: expect.stringContaining('one key to several'),
      });
      expect(() => targetsOf({ target: several, ...given }, keys)).toThrow(refused);
    }
    const { targets } = targetsOf({ target: ['slng', 'slng'], apiKeyFile: file, header: ['X-Trace: 1'] }, keys);
    expect(targets.map(({ choice }) => choice.credentials.key)).toEqual(['k3', 'k3']);
  });

  it("hides a secret that stands among a target's parameters", () => {
    const { hide, targets } = targetsOf({ target: ['local?api_key=s3cret-word&tier=golden'] });
    expect(hide('s3cret-word golden')).toBe('KEY golden');
    expect(targets.map(({ label }) => label)).toEqual(['local']);
  });
});

describe('what hears in a round trip', () => {
  const keys = { DEEPGRAM_API_KEY: 'k2', TELNYX_API_KEY: 'k3' };
  const hearing = (given: Given & { hears?: string }) => {
    const { tools } = toolsWith(keys, {});
    const flags = flagsOf(given);
    const [speaks] = wantedTargets(flags, tools);
    if (!speaks) throw new Error('nobody speaks');
    return hearingTarget({ ...flags, ...(given.hears !== undefined && { hears: given.hears }) }, speaks, tools);
  };

  it('is who speaks, at the same place, with a model of its own and none of its words for speech', () => {
    const target = 'deepgram/aura:thalia?endpoint=ws://127.0.0.1:1&region=eu&tier=gold';
    const { choice, flags } = hearing({ target: [target], param: ['x=1'], model: 'aura', voice: 'thalia' });
    expect(choice).toMatchObject({ provider: 'deepgram', endpoint: 'ws://127.0.0.1:1', credentials: { key: 'k2' } });
    expect(flags).toMatchObject({ region: 'eu', param: ['x=1'] });
    expect(flags).not.toHaveProperty('model');
    expect(flags).not.toHaveProperty('voice');
  });

  it('is what --hears says', () => {
    const hears = 'telnyx/whisper?language=de&tier=gold';
    const { label, choice, flags } = hearing({ target: ['deepgram/aura'], model: 'usual', hears });
    expect(label).toBe('telnyx/whisper');
    expect(choice).toEqual({ provider: 'telnyx', why: '--hears', credentials: { key: 'k3', via: 'header' } });
    expect(flags).toMatchObject({ model: 'whisper', language: 'de', param: ['tier=gold'] });
  });

  it('gets no key that is meant for another', () => {
    const refused = expect.objectContaining({
      code: 'E_USAGE',
      message: expect.stringContaining('one key to several'),
    });
    expect(() => hearing({ target: ['deepgram'], hears: 'telnyx', header: ['Authorization: abc'] })).toThrow(refused);
    expect(() => hearing({ target: ['deepgram'], hears: 'nobody' })).toThrow(/unknown provider 'nobody'/);
  });
});
