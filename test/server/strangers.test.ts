import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ServerOptions } from '../../src/server/server.ts';
import { createGuard } from '../../src/server/strangers.ts';
import { Client } from './support/client.ts';
import { direct, init, start } from './support/start.ts';

/** What a guard says of a request with these headers: the status, or that it may pass. */
function verdict(rules: Parameters<typeof createGuard>[0], host: string[], origin: string[] = []) {
  const headersDistinct = { ...(host.length > 0 && { host }), ...(origin.length > 0 && { origin }) };
  // Only the headers are looked at.
  return createGuard(rules)({ headersDistinct } as Parameters<ReturnType<typeof createGuard>>[0])?.status ?? 'passes';
}

const loopback = { host: '127.0.0.1' };

describe('the name by which a server is asked for', () => {
  it.each([
    '127.0.0.1:8080',
    '127.0.0.1',
    'localhost:8080',
    'LOCALHOST.:8080',
    'speech.localhost',
    '[::1]:8080',
    '127.1.2.3:80',
    '[0:0:0:0:0:0:0:1]:8080',
  ])('is its own: %s', (host) => {
    expect(verdict(loopback, [host])).toBe('passes');
  });

  it.each([
    ['a name that its owner has pointed here', ['evil.test:8080']],
    ['one that begins like ours', ['localhost.evil.test']],
    ['one that ends like ours', ['notlocalhost']],
    ['one that looks like an address', ['127.0.0.1.evil.test']],
    ['an address of another network', ['192.168.1.5:8080']],
    ['none', []],
    ['an empty one', ['']],
    ['two', ['127.0.0.1', 'evil.test']],
    ['one with a user before it', ['localhost@evil.test']],
    ['one with a path behind it', ['localhost/evil.test']],
    ['a port that is none', ['localhost:port']],
    ['an empty port', ['localhost:']],
    ['a port that is too long', ['localhost:123456']],
    ['a bracket that does not close', ['[::1']],
    ['a name in brackets', ['[localhost]:8080']],
    ['an address that is none', ['127.0.0.999']],
    ['this machine as no page may call it', ['0.0.0.0:8080']],
    ['an address that is another of IPv6', ['[::2]:8080']],
  ])('is foreign: %s', (_what, host) => {
    expect(verdict(loopback, host)).toBe(421);
  });

  it('may be one that its user has named, without its relatives', () => {
    const rules = { ...loopback, hosts: ['Speech.Example', '192.168.1.5'] };
    expect(verdict(rules, ['speech.example:443'])).toBe('passes');
    expect(verdict(rules, ['192.168.1.5'])).toBe('passes');
    expect(verdict(rules, ['a.speech.example'])).toBe(421);
  });

  it('may be an address of IPv6, however it is written', () => {
    const rules = { host: '2001:DB8:0:0::1', hosts: ['2001:db8:0:0:0:0:0:2'] };
    expect(verdict(rules, ['[2001:db8::1]:8080'])).toBe('passes');
    expect(verdict(rules, ['[2001:DB8::2]'])).toBe('passes');
    expect(verdict(rules, ['[2001:db8::3]'])).toBe(421);
  });

  it('is the address that is listened on, and loopback', () => {
    const rules = { host: '192.168.1.5' };
    expect(verdict(rules, ['192.168.1.5:8080'])).toBe('passes');
    expect(verdict(rules, ['localhost:8080'])).toBe('passes');
    expect(verdict(rules, ['192.168.1.6:8080'])).toBe(421);
  });

  it('is the name that is listened on, in capitals or not', () => {
    expect(verdict({ host: 'Machine.Lan' }, ['machine.lan:8080'])).toBe('passes');
    expect(verdict({ host: 'machine.lan' }, ['MACHINE.LAN'])).toBe('passes');
  });

  it.each(['0.0.0.0', '::'])('is any address, and no other name, where all are listened on: %s', (host) => {
    expect(verdict({ host }, ['192.168.1.5:8080'])).toBe('passes');
    expect(verdict({ host }, ['[2001:db8::1]:8080'])).toBe('passes');
    expect(verdict({ host }, ['machine.lan:8080'])).toBe(421);
    expect(verdict({ host, hosts: ['machine.lan'] }, ['machine.lan:8080'])).toBe('passes');
  });
});

describe('the page that asks', () => {
  const here = '127.0.0.1:8080';
  it.each([
    ['of elsewhere', ['https://evil.test']],
    ['of another server of this machine', ['http://localhost:3000']],
    ['of this server by another name', ['http://localhost:8080']],
    ['of one whose name begins like ours', ['http://127.0.0.1:8080.evil.test']],
    ['of one whose port begins like ours', ['http://127.0.0.1:80801']],
    ['without an origin of its own', ['null']],
    ['of nowhere', ['']],
    ['of a file', ['file://']],
    ['of ours and of elsewhere', ['http://127.0.0.1:8080', 'https://evil.test']],
  ])('is turned away: %s', (_what, origin) => {
    expect(verdict(loopback, [here], origin)).toBe(403);
  });

  it('is none, or names the server itself, as Python’s websocket-client does', () => {
    expect(verdict(loopback, [here])).toBe('passes');
    expect(verdict(loopback, [here], ['http://127.0.0.1:8080'])).toBe('passes');
    expect(verdict(loopback, ['localhost:80'], ['http://localhost'])).toBe('passes');
  });

  it('never names the server by a name that is foreign itself', () => {
    expect(verdict(loopback, ['evil.test:8080'], ['http://evil.test:8080'])).toBe(421);
  });

  it('may be one that the user has named, and only that', () => {
    const rules = { ...loopback, origins: ['https://App.Example/', 'chrome-extension://ABC'] };
    expect(verdict(rules, [here], ['https://app.example'])).toBe('passes');
    expect(verdict(rules, [here], ['https://App.example'])).toBe('passes');
    expect(verdict(rules, [here], ['chrome-extension://abc'])).toBe('passes');
    expect(verdict(rules, [here], ['http://app.example'])).toBe(403);
    expect(verdict(rules, [here], ['https://app.example:8443'])).toBe(403);
  });
});

describe('what cannot be let in', () => {
  it.each([
    [{ origins: ['app.example'] }, 'is no origin'],
    [{ origins: ['https://app.example/page'] }, 'is no origin'],
    [{ origins: ['null'] }, 'is no origin'],
    [{ origins: ['*'] }, 'is no origin'],
    [{ hosts: ['http://speech.example'] }, 'is no name'],
    [{ hosts: ['speech.example:80'] }, 'is no name'],
    [{ hosts: ['*'] }, 'is no name'],
    [{ hosts: [''] }, 'is no name'],
  ])('%j', (rules, says) => {
    expect(() => createGuard({ ...loopback, ...rules })).toThrow(says);
  });
});

describe('a server among strangers', () => {
  /** Status and body of a plain request with these headers, which `fetch` would not send. */
  async function asked(port: number, target: string, headers: string): Promise<{ status: number; body: string }> {
    const socket = connect(port, '127.0.0.1');
    socket.end(`GET ${target} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`);
    let got = '';
    for await (const part of socket) got += String(part);
    return { status: Number(got.slice(9, 12)), body: got.slice(got.indexOf('\r\n\r\n') + 4) };
  }

  const elsewhere = { Origin: 'https://evil.test' };
  const rebound = { Host: 'evil.test' };

  it.each([direct, '/plain?configured', '/nowhere'])(
    'refuses an upgrade of %s by a page or a rebound name',
    async (path) => {
      const { server, connect: open } = await start();
      const page = await Client.refused(server.wsUrl + path, elsewhere);
      expect(page).toMatchObject({ status: 403, body: { title: 'Forbidden', status: 403 } });
      expect(page.body.detail).toContain('https://evil.test may not use this server; --allow-origin');
      const name = await Client.refused(server.wsUrl + path, rebound);
      expect(name).toMatchObject({ status: 421, body: { title: 'Misdirected Request', status: 421 } });
      expect(name.body.detail).toContain('"evil.test"; --allow-host');
      expect(server.stats()).toMatchObject({ refused: 2, sessionsTotal: 0 });
      const client = await open();
      client.send(init);
      await client.got('ready');
    },
  );

  it.each(['/healthz', '/v1/catalog/models', '/v1/pronunciation/dictionaries', direct])(
    'refuses the same at %s, over plain HTTP',
    async (path) => {
      const { server } = await start();
      expect((await asked(server.port, path, 'Host: evil.test')).status).toBe(421);
      const page = await asked(server.port, path, 'Host: localhost\r\nOrigin: https://evil.test');
      expect(page.status).toBe(403);
      expect(JSON.parse(page.body)).toMatchObject({ title: 'Forbidden' });
    },
  );

  it('lets a page write nothing, not even blindly', async () => {
    const { server } = await start();
    const answer = await fetch(`${server.url}/v1/pronunciation/dictionaries`, {
      method: 'POST',
      headers: { origin: 'https://evil.test', 'content-type': 'text/plain' },
      body: JSON.stringify({ name: 'x', modes: { rewrite: { rules: [] } } }),
    });
    expect(answer.status).toBe(403);
    const list = await fetch(`${server.url}/v1/pronunciation/dictionaries`);
    expect(await list.json()).toEqual({ dictionaries: [] });
  });

  it('turns strangers away before it looks at their key', async () => {
    const { server } = await start({ key: 'K' });
    const refused = await Client.refused(server.wsUrl + direct, { ...elsewhere, Authorization: 'Bearer wrong' });
    expect(refused.status).toBe(403);
  });

  it.each<[Partial<ServerOptions>, Record<string, string>]>([
    [{ origins: ['https://evil.test'] }, elsewhere],
    [{ hosts: ['evil.test'] }, rebound],
  ])('lets in whom its user names: %j', async (options, headers) => {
    const { connect: open } = await start(options);
    const client = await open(direct, headers);
    client.send(init);
    await client.got('ready');
  });

  it('repeats no more of a stranger’s header than can be read', async () => {
    const { server } = await start();
    const refused = await Client.refused(server.wsUrl + direct, { Origin: `https://${'e'.repeat(9000)}` });
    expect(String(refused.body.detail).length).toBeLessThan(200);
    const misdirected = await Client.refused(server.wsUrl + direct, { Host: 'e'.repeat(9000) });
    expect(misdirected.status).toBe(421);
    expect(String(misdirected.body.detail).length).toBeLessThan(200);
  });

  it('does not start where what it should let in is nonsense', async () => {
    await expect(start({ origins: ['nonsense'] })).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});
