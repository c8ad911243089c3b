import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { createServer as createTls, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { afterAll, beforeAll, expect } from 'vitest';
import { endProbe } from '../support/fault-cells.ts';
import { needs } from '../support/programs.ts';
import { type Served, serve } from '../support/vox.ts';
import { workplace } from './workplace.ts';

/** A name that only the proxy knows, and that the certificate has. */
const host = 'speech.invalid';
const place = workplace();
const certificate = place.file('certificate.pem');
const asked: { target: string | undefined; authorization: string | undefined; servername: unknown }[] = [];
let served: Served;
let encrypted: TlsServer;
let proxy: HttpsServer;

const { describe, it } = needs('openssl');

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  served = await serve(['--engine', 'scripted', '--allow-host', host]);
  const wants = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const is = ['-subj', '/CN=test', '-addext', `subjectAltName=DNS:localhost,DNS:${host},IP:127.0.0.1`];
  const files = ['-keyout', place.file('key.pem'), '-out', certificate];
  execFileSync('openssl', [...wants, ...is, ...files], { stdio: 'ignore' });
  const identity = { key: readFileSync(place.file('key.pem')), cert: readFileSync(certificate) };
  encrypted = createTls(identity, (socket) => {
    const behind = connect(Number(new URL(served.wsUrl).port), '127.0.0.1');
    behind.pipe(socket).pipe(behind);
    for (const end of [socket, behind]) end.on('error', () => {});
  });
  proxy = createHttps(identity);
  proxy.on('connect', (request, client: TLSSocket) => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ target: request.url, authorization, servername: client.servername });
    const behind = connect(portOf(encrypted), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      behind.pipe(client).pipe(behind);
    });
    for (const end of [client, behind]) end.on('error', () => {});
  });
  for (const server of [encrypted, proxy]) {
    // Who does not trust it breaks off.
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
});
afterAll(async () => {
  encrypted.close();
  proxy.close();
  await served.stop();
  place.remove();
});

const speak = (proxyHost: string, env: Record<string, string> = {}) => {
  const url = `https://me:hidden-word@${proxyHost}:${portOf(proxy)}`;
  const args = ['synth', 'TLS in TLS.', '-o', 'a.wav', '--endpoint', `wss://${host}`];
  return place.vox(args, {
    env: { HTTPS_PROXY: url, NODE_OPTIONS: `--require ${endProbe}`, ...env },
    withinMs: 15_000,
  });
};

describe('a proxy that is spoken to over TLS', () => {
  it.each([
    ['127.0.0.1', false],
    ['localhost', 'localhost'],
  ])('is known by its own name, %s, and the service behind it by its own', async (proxyHost, servername) => {
    asked.length = 0;
    const ran = await speak(proxyHost, { NODE_EXTRA_CA_CERTS: certificate });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).not.toMatch(/held on to|hidden-word/);
    expect(statSync(place.file('a.wav')).size).toBeGreaterThan(1000);
    const authorization = `Basic ${Buffer.from('me:hidden-word').toString('base64')}`;
    expect(asked).toEqual([{ target: `${host}:443`, authorization, servername }]);
  });

  it('is told nothing where its certificate is not to be trusted', async () => {
    asked.length = 0;
    const ran = await speak('127.0.0.1');
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(/the proxy https:\/\/127\.0\.0\.1:\d+ cannot be used: self.signed certificate/);
    expect(ran.stderr).not.toMatch(/held on to|hidden-word/);
    expect(asked).toEqual([]);
  });
});
