import { afterAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { faultyServer, nobody, type Scenario } from '../support/faulty-server.ts';
import { expectFailure, key, objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const catalog = (page: number, pages: number, id: string) =>
  JSON.stringify({
    items: [
      { code: 'slng/deepgram/aura:2-en', voices: [{ voice_id: id, name: id, language: 'en', gender: 'female' }] },
    ],
    meta: { page, pages },
  });

async function voices(scenario: Scenario, args: readonly string[] = []) {
  const server = await faultyServer(scenario);
  try {
    return { ran: await place.vox(['voices', '--endpoint', server.wsUrl, ...args]), requests: server.requests };
  } finally {
    await server.close();
  }
}

describe('vox voices', () => {
  it('lists what the service has', async () => {
    const { ran, requests } = await voices({ http: { status: 200, body: catalog(1, 1, 'aura-2-thalia-en') } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(String(ran.stdout)).toContain('aura-2-thalia-en');
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
  });

  it("is what --voice '?' means", async () => {
    const ran = await place.vox(['synth', '-v', '?', '--provider', 'local', '--json']);
    expect(ran.code).toBe(0);
    expect(objects(ran.stdout).map(({ id }) => id)).toContain('slt');
  });

  const faults: { name: string; http: Scenario['http']; code: ErrorCode; says: RegExp | string }[] = [
    { name: '401', http: { status: 401, body: `{"message":"bad ${key}"}` }, code: 'E_AUTH', says: '401: bad KEY' },
    {
      name: '429',
      http: { status: 429, body: 'slowly', type: 'text/plain' },
      code: 'E_RATE_LIMIT',
      says: '429: slowly',
    },
    { name: '500', http: { status: 500, body: '' }, code: 'E_PROVIDER', says: /answered 500$/ },
    {
      name: 'a page of HTML',
      http: { status: 200, body: '<html></html>', type: 'text/html' },
      code: 'E_PROTOCOL',
      says: 'did not answer with JSON',
    },
    { name: 'JSON of another shape', http: { status: 200, body: '{"voices":{}}' }, code: 'E_PROTOCOL', says: 'shape' },
    { name: 'no answer', http: 'silence', code: 'E_CONNECT_TIMEOUT', says: /no answer .* in 0\.3 s/ },
  ];

  it.each(faults)('answered with $name', async ({ http, code, says }) => {
    const patience = http === 'silence' ? '0.3' : '20';
    const { ran } = await voices({ ...(http && { http }) }, ['--connect-timeout', patience]);
    expectFailure(ran, code, says);
    expect(ran.stdout.length).toBe(0);
  });

  it('where nobody listens', async () => {
    expectFailure(await place.vox(['voices', '--endpoint', nobody]), 'E_CONNECT', /ECONNREFUSED|refused/);
  });

  it('stopped while it waits', async () => {
    const server = await faultyServer({ http: 'silence' });
    const ran = await place.vox(['voices', '--endpoint', server.wsUrl], {
      during: async (child) => {
        await server.asked;
        child.kill('SIGINT');
      },
    });
    await server.close();
    expectFailure(ran, 'E_INTERRUPTED');
  });

  it.each([['--dry-run'], ['--timeout'], ['--param']])('has no %s, which would do nothing', async (flag) => {
    expectFailure(await place.vox(['voices', flag, 'x=y']), 'E_USAGE', `unknown option '${flag}'`);
  });
});
