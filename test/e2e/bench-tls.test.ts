import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { type Served, serve } from '../support/vox.ts';
import { expectFailure, workplace } from './workplace.ts';

const place = workplace();
let served: Served;
let encrypted: Server;
let port: number;
const certificate = place.file('certificate.pem');

const { describe, it } = needs('openssl');

/** The server behind TLS, under a name, with a certificate that nobody has signed but itself. */
beforeAll(async () => {
  served = await serve(['--engine', 'scripted']);
  const wants = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const is = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', place.file('key.pem'), '-out', certificate];
  execFileSync('openssl', [...wants, ...is, ...files], { stdio: 'ignore' });
  const identity = { key: readFileSync(place.file('key.pem')), cert: readFileSync(certificate) };
  encrypted = createServer(identity, (socket) => {
    const behind = connect(Number(new URL(served.wsUrl).port), '127.0.0.1');
    behind.pipe(socket).pipe(behind);
    for (const end of [socket, behind]) end.on('error', () => {});
  });
  // Who does not trust it breaks off.
  encrypted.on('tlsClientError', () => {});
  encrypted.listen(0, 'localhost');
  await once(encrypted, 'listening');
  port = (encrypted.address() as AddressInfo).port;
});
afterAll(async () => {
  encrypted.close();
  await served.stop();
  place.remove();
});

const bench = (extra: readonly string[], env: Record<string, string>) =>
  place.vox(
    ['bench', '--target', `slng?endpoint=wss://localhost:${port}`, '--prompts', 'short', '--limits', 'off', ...extra],
    { env },
  );

describe('vox bench over TLS', () => {
  it('has in each row the address, what was agreed on, and how long each part of connecting took', async () => {
    const ran = await bench(['--runs', '5', '--warmup', '0', '-o', 'tls.json'], { NODE_EXTRA_CA_CERTS: certificate });
    expect(ran.code, ran.stderr).toBe(0);
    const { runs } = JSON.parse(readFileSync(place.file('tls.json'), 'utf8'));
    expect(runs.length).toBeGreaterThanOrEqual(5);
    for (const run of runs) {
      expect(run).toMatchObject({ ok: true, connection: 'fresh', tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384' });
      expect(run.address).toMatch(new RegExp(`^(127\\.0\\.0\\.1|\\[::1\\]):${port}$`));
    }
    // Of those in which a busy machine did not stand still while it connected.
    const timed = runs.filter(({ connectMs }: { connectMs?: number }) => connectMs !== undefined);
    expect(timed.length).toBeGreaterThan(0);
    for (const run of timed) {
      expect(run.tlsMs).toBeGreaterThan(0);
      const parts = run.dnsMs + run.tcpMs + run.tlsMs + run.upgradeMs;
      expect(parts).toBeCloseTo(run.connectMs, 1);
    }
  });

  it('says in one line that nobody vouches for the certificate', async () => {
    const ran = await bench(['--runs', '5'], {});
    expectFailure(ran, 'E_CONNECT', /certificate/);
  });
});
