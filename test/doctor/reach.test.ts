import { describe, expect, it } from 'vitest';
import { reachCheck } from '../../src/doctor/reach.ts';
import { runDoctor } from '../../src/doctor/run.ts';
import { type ErrorCode, SpeechError } from '../../src/errors.ts';
import type { ProbeTimes } from '../../src/session/probe.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { signal } = new AbortController();

function reaching(times: ProbeTimes) {
  return reachCheck({ provider: 'slng', direction: 'speak', reach: async () => times, withinMs: 20_000 });
}

describe('reaching a provider', () => {
  const times = {
    dnsMs: 12.04,
    tcpMs: 10,
    tlsMs: 21.55,
    upgradeMs: 15,
    connectMs: 58.59,
    handshakeMs: 2.25,
    requestId: 'r-1',
    warnings: [],
  };

  it('tells the time of each step', async () => {
    expect(await reaching(times).run(signal)).toEqual({
      status: 'ok',
      detail: 'DNS 12.0 ms, TCP 10.0 ms, TLS 21.6 ms, upgrade 15.0 ms, ready 2.3 ms',
      data: { provider: 'slng', direction: 'speak', ...times },
    });
  });

  it('leaves out steps that there were not', async () => {
    const found = await reaching({ tcpMs: 0.4, upgradeMs: 1.1, handshakeMs: 0.9, warnings: [] }).run(signal);
    expect(found.detail).toBe('TCP 0.4 ms, upgrade 1.1 ms, ready 0.9 ms');
  });

  it('passes on what the service remarked', async () => {
    const found = await reaching({ tcpMs: 0.4, warnings: ['the voice was replaced'] }).run(signal);
    expect(found).toMatchObject({ status: 'warn', detail: 'TCP 0.4 ms; the voice was replaced' });
  });

  it('runs apart from what keeps the processor busy, within the time of the session', () => {
    expect(reaching(times)).toMatchObject({ name: 'reach slng', stage: 'reach', withinMs: 20_000 });
  });

  it('fails with the error that a command would meet', async () => {
    const refused = new SpeechError('E_AUTH', 'the key was refused (401)', { detail: { status: 401 } });
    const check = reachCheck({
      provider: 'slng',
      direction: 'speak',
      reach: () => Promise.reject(refused),
      withinMs: 20_000,
    });
    const { checks } = await runDoctor({ checks: [check], clock: new ManualClock() });
    expect(checks[0]).toMatchObject({ name: 'reach slng', status: 'fail', code: 'E_AUTH', data: { status: 401 } });
  });

  it.each([
    ['the key was refused (401)', 'the key was refused (401), through the proxy http://proxy:1'],
    ['the proxy http://proxy:1 answered 407', 'the proxy http://proxy:1 answered 407'],
  ])('names the proxy in the way, once: %s', async (message, told) => {
    const detail = { status: 401, proxy: 'http://proxy:1' };
    const failed = new SpeechError('E_AUTH', message, { detail, todo: 'look' });
    const reach = () => Promise.reject(failed);
    for (const direction of ['speak', 'listen'] as const) {
      const check = reachCheck({ provider: 'slng', direction, reach, withinMs: 20_000 });
      await expect(check.run(signal)).rejects.toMatchObject({ code: 'E_AUTH', message: told, todo: 'look', detail });
    }
  });

  it('hands the signal down, so that a probe that nobody waits for ends', async () => {
    const abort = new AbortController();
    let given: AbortSignal | undefined;
    const check = reachCheck({
      provider: 'slng',
      direction: 'speak',
      reach: async (passed) => {
        given = passed;
        return { warnings: [] };
      },
      withinMs: 20_000,
    });
    await check.run(abort.signal);
    expect(given).toBe(abort.signal);
  });
});

describe('reaching a provider to be listened to', () => {
  const listening = (reach: () => Promise<ProbeTimes>) =>
    reachCheck({ provider: 'slng', direction: 'listen', reach, withinMs: 20_000 });
  const failing = (code: ErrorCode) => listening(() => Promise.reject(new SpeechError(code, 'no'))).run(signal);

  it('is a check of its own, behind those that speak: a recogniser may be loaded for it', async () => {
    const check = listening(async () => ({ tcpMs: 1, warnings: [] }));
    expect(check).toMatchObject({ name: 'listen slng', stage: 'listen' });
    expect(await check.run(signal)).toMatchObject({ status: 'ok', data: { provider: 'slng', direction: 'listen' } });
  });

  it('is passed over where no recogniser is installed: another check says that', async () => {
    expect(await failing('E_RECOGNISER')).toEqual({ status: 'skip', detail: 'no', code: 'E_RECOGNISER' });
  });

  it.each(['E_REQUEST', 'E_UNSUPPORTED'] as const)('warns of a service that does not listen: %s', async (code) => {
    expect(await failing(code)).toMatchObject({ status: 'warn', code, todo: expect.any(String) });
  });

  it.each(['E_AUTH', 'E_CONNECT', 'E_PROVIDER'] as const)('fails otherwise: %s', async (code) => {
    await expect(failing(code)).rejects.toMatchObject({ code });
  });

  it('of one that speaks, the same is a failure', async () => {
    const refused = () => Promise.reject(new SpeechError('E_REQUEST', 'no'));
    const check = reachCheck({ provider: 'slng', direction: 'speak', reach: refused, withinMs: 20_000 });
    await expect(check.run(signal)).rejects.toMatchObject({ code: 'E_REQUEST' });
  });
});
