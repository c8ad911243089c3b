import { describe, expect, it } from 'vitest';
import { checkListener, checkSpeaker, listenersFor } from '../../src/cli/bench-services.ts';
import type { TargetFlags, WantedTarget } from '../../src/cli/bench-targets.ts';
import { processIo } from '../../src/cli/io.ts';
import type { ProviderName } from '../../src/cli/providers.ts';

const wanted = (provider: ProviderName, flags: Partial<TargetFlags> = {}, endpoint?: string): WantedTarget => ({
  label: 'it',
  choice: { provider, why: 'test', credentials: { key: 'k-123456' }, ...(endpoint !== undefined && { endpoint }) },
  flags: { param: [], header: [], ...flags },
  config: {},
});

describe('checkSpeaker', () => {
  it.each(['local', 'slng', 'deepgram', 'telnyx'] as const)(
    'asks %s for linear16 of 24 kHz, and for no cache',
    async (name) => {
      const { settings } = await checkSpeaker(wanted(name));
      expect(settings).toMatchObject({
        noCache: true,
        format: { encoding: 'linear16', channels: 1 },
      });
      // Telnyx has a rate of its own, if it does not have this one.
      if (name !== 'telnyx') expect(settings.format.sampleRateHz).toBe(24_000);
    },
  );

  it("takes a telephone's encoding at a telephone's rate, and what is said before both", async () => {
    const phone = await checkSpeaker(wanted('slng', { encoding: 'mulaw' }));
    expect(phone.settings.format).toEqual({ encoding: 'mulaw', sampleRateHz: 8000, channels: 1 });
    const said = await checkSpeaker(wanted('slng', { encoding: 'mulaw', sampleRate: 16_000, speed: 1.5, voice: 'v' }));
    expect(said.settings).toMatchObject({ format: { sampleRateHz: 16_000 }, speed: 1.5, voice: 'v' });
    expect(said.facts).toMatchObject({ sampleRateHz: 16_000, encoding: 'mulaw', voice: 'v' });
  });

  it('has nothing secret among the facts', async () => {
    const param = ['api_key=s3cret', 'tier=gold'];
    const endpoint = 'ws://user:s3cret@127.0.0.1:9/base?token=s3cret';
    const { facts } = await checkSpeaker(wanted('deepgram', { param, model: 'm' }, endpoint));
    expect(facts).toEqual({
      ...{ id: 'it', provider: 'deepgram', dialect: 'deepgram', endpoint: 'ws://127.0.0.1:9/base/v1/speak' },
      ...{ model: 'm', params: { api_key: 'KEY', tier: 'gold' }, sampleRateHz: 24_000, encoding: 'linear16' },
    });
  });

  it('refuses by name what the provider does not have', async () => {
    await expect(checkSpeaker(wanted('local', { encoding: 'opus' }))).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: 'local does not send opus',
    });
  });
});

describe('checkListener', () => {
  const running = { io: processIo(() => {}) };

  it('asks for results on the way, with their times', async () => {
    const { settings, facts } = await checkListener(
      wanted('deepgram', { language: 'de' }),
      { endpointing: 300 },
      running,
    );
    expect(settings).toMatchObject({ interim: true, words: true, endpointingMs: 300, language: 'de' });
    expect(facts).toMatchObject({ id: 'it', provider: 'deepgram', sampleRateHz: 16_000, encoding: 'linear16' });
  });

  it('tells that no recogniser is here', async () => {
    const env = { VOX_POCKETSPHINX_MODEL: '/nowhere' };
    const nothing = { io: { ...running.io, env } };
    await expect(checkListener(wanted('local'), {}, nothing)).rejects.toMatchObject({ code: 'E_RECOGNISER' });
    // Others hear by themselves.
    await checkListener(wanted('telnyx'), {}, nothing);
  });
});

describe('listenersFor', () => {
  it('is the room that the local server needs', () => {
    const local = wanted('local');
    expect(listenersFor([local, wanted('slng'), local], 4)).toBe(8);
    expect(listenersFor([wanted('slng')], 1000)).toBe(0);
    expect(listenersFor([local, local], 128)).toBe(256);
    expect(() => listenersFor([local, local], 129)).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED', todo: 'use a --concurrency of at most 128' }),
    );
  });
});
