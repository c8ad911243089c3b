import { afterEach, describe, expect, it, vi } from 'vitest';
import { proxyBefore } from '../../src/transport/proxy.ts';

afterEach(() => vi.unstubAllEnvs());

/** Nothing but these, whatever stands in the environment of the tests. */
function environment(named: Record<string, string | undefined>): void {
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
  for (const [name, value] of Object.entries(named)) vi.stubEnv(name, value);
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('it did not throw');
}

const address = 'wss://speech.invalid/v1';
const pass = 'hidden-word';

describe('the proxy before an address', () => {
  it.each([
    [{ HTTPS_PROXY: 'http://proxy:1' }, 'HTTPS_PROXY', 'http://proxy:1'],
    [{ HTTPS_PROXY: 'http://other:1', https_proxy: 'https://proxy' }, 'https_proxy', 'https://proxy'],
    [{ HTTP_PROXY: 'http://other:1', ALL_PROXY: 'http://[::1]:3128' }, 'ALL_PROXY', 'http://[::1]:3128'],
    [{ HTTPS_PROXY: 'proxy:3128' }, 'HTTPS_PROXY', 'http://proxy:3128'],
    [{ HTTPS_PROXY: `http://me:${pass}@proxy:1/` }, 'HTTPS_PROXY', 'http://proxy:1'],
  ])('is what %j names', (env, variable, name) => {
    environment(env);
    expect(proxyBefore(address)).toMatchObject({ variable, name });
  });

  it.each([
    {},
    { HTTPS_PROXY: '' },
    { HTTP_PROXY: 'http://proxy:1' },
    { HTTPS_PROXY: 'bad host', NO_PROXY: '.invalid' },
  ])('is none with %j', (env) => {
    environment(env);
    expect(proxyBefore(address)).toBeUndefined();
  });

  it('has credentials as they are meant, or none', () => {
    environment({ HTTPS_PROXY: `http://me:a%40${pass}@proxy:1` });
    expect(proxyBefore(address)?.credentials).toBe(`me:a@${pass}`);
    environment({ HTTPS_PROXY: 'http://proxy:1' });
    expect(proxyBefore(address)).not.toHaveProperty('credentials');
  });

  it.each([
    `http://me:${pass}@bad host:99`,
    `me:${pass}@bad host`,
    `http://me:${pass}@proxy:99999`,
    `socks5://me:${pass}@proxy:1`,
    `ftp://${pass}`,
    `http://me:%zz${pass}@proxy:1`,
  ])('is never left out in silence: %s', (value) => {
    environment({ HTTPS_PROXY: value });
    const thrown = thrownBy(() => proxyBefore(address));
    expect(thrown).toMatchObject({
      code: 'E_USAGE',
      message: expect.stringMatching(/^HTTPS_PROXY /),
      todo: expect.stringContaining('http://HOST:PORT or https://HOST:PORT'),
    });
    expect(JSON.stringify([String(thrown), thrown])).not.toContain(pass);
  });

  it('of this machine itself is not even read', () => {
    environment({ HTTP_PROXY: 'socks5://proxy:1' });
    expect(['ws://localhost:1', 'ws://127.1.2.3', 'ws://[::1]:2'].map((url) => proxyBefore(url))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
