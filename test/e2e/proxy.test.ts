import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, scratch, serve, vox } from '../support/vox.ts';

/** A name that only the proxy knows: whoever reaches it went through the proxy. */
const host = 'speech.invalid';
const folder = scratch();
const asked: { target: string | undefined; authorization: string | undefined }[] = [];
let server: Served;
let proxy: Server;
let proxyPort: number;

beforeAll(async () => {
  server = await serve(['--allow-host', host]);
  const behind = new URL(server.wsUrl);
  proxy = createServer();
  proxy.on('connect', (request, client) => {
    asked.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
    const upstream = connect(Number(behind.port), behind.hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) socket.on('error', () => {});
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  proxyPort = typeof address === 'object' && address ? address.port : 0;
});
afterAll(async () => {
  proxy.close();
  await server.stop();
  folder.remove();
});

const speak = (env: Record<string, string>, endpoint = `ws://${host}`) =>
  vox(['synth', '-o', join(folder.path, 'a.wav'), 'Through a proxy.', '--endpoint', endpoint], { env });

describe('a proxy of the environment', () => {
  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])('is gone through: %s', async (name) => {
    asked.length = 0;
    const ran = await speak({ [name]: `http://127.0.0.1:${proxyPort}` });
    expect(ran.code, ran.stderr).toBe(0);
    expect(asked).toEqual([{ target: `${host}:80`, authorization: undefined }]);
  });

  it('is given its password, which is shown nowhere', async () => {
    asked.length = 0;
    const env = { HTTP_PROXY: `http://me:hidden-word@127.0.0.1:${proxyPort}` };
    const ran = await speak(env);
    expect(ran.code, ran.stderr).toBe(0);
    expect(asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:hidden-word').toString('base64')}`);
    const doctor = await vox(['doctor', '--no-tone', '--no-microphone', '--endpoint', `ws://${host}`], { env });
    const said = doctor.stdout.toString();
    expect(said).toContain(`through the proxy http://127.0.0.1:${proxyPort}`);
    expect(said + doctor.stderr + ran.stderr).not.toContain('hidden-word');
  });

  it('is not gone through where NO_PROXY says so, nor to this machine itself', async () => {
    asked.length = 0;
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxyPort}` };
    const past = await speak({ ...env, NO_PROXY: '.invalid' });
    expect([past.code, past.stderr.includes('E_CONNECT')]).toEqual([4, true]);
    expect((await speak(env, server.wsUrl)).code).toBe(0);
    expect(asked).toEqual([]);
  });

  it('that refuses, or is not there, is an error of connecting', async () => {
    const ran = await speak({ HTTP_PROXY: 'http://127.0.0.1:2' });
    expect([ran.code, ran.stderr.includes('E_CONNECT')]).toEqual([4, true]);
  });
});
