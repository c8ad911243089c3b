import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wavHeader } from '../../src/audio/wav-header.ts';
import { endProbe } from '../support/fault-cells.ts';
import { type Served, scratch, serve, vox } from '../support/vox.ts';

/** A name that only the proxy knows: whoever reaches it went through the proxy. */
const host = 'speech.invalid';
const folder = scratch();
const asked: { target: string | undefined; authorization: string | undefined }[] = [];
let server: Served;
let proxy: Server;
let proxyPort: number;

beforeAll(async () => {
  const mono = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
  writeFileSync(join(folder.path, 'silence.wav'), Buffer.concat([wavHeader(mono, 1600), Buffer.alloc(1600)]));
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

  it('that is not there is an error of connecting, which names it and its variable', async () => {
    const ran = await speak({ HTTP_PROXY: 'http://127.0.0.1:2' });
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(
      /cannot connect to ws:\S+: the proxy http:\/\/127\.0\.0\.1:2 cannot be used: connection refused.*\[E_CONNECT\]\n.*HTTP_PROXY/,
    );
  });

  it('is named where the service behind it is not there', async () => {
    const { port, stop } = await rawProxy((client) => client.end('HTTP/1.1 200 OK\r\n\r\n'));
    const ran = await speak({ HTTP_PROXY: `http://127.0.0.1:${port}` });
    stop();
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(`, through the proxy http://127.0.0.1:${port}: the connection was reset [E_CONNECT]`);
  });

  it.each([
    ['that does not parse', `http://me:hidden-word@bad host:99`],
    ['of another kind', `socks5://me:hidden-word@127.0.0.1:99`],
  ])('%s is a wrong use, and nothing goes past it', async (_, value) => {
    const place = scratch();
    const args = ['synth', 'Direct?', '-o', 'a.wav', '--endpoint', `ws://${host}`];
    const ran = await vox(args, { env: { HTTP_PROXY: value }, cwd: place.path });
    const doctor = await vox(['doctor', '--no-tone', '--no-microphone', '--endpoint', `ws://${host}`], {
      env: { HTTP_PROXY: value },
    });
    expect(readdirSync(place.path)).toEqual([]);
    place.remove();
    expect([ran.code, doctor.code]).toEqual([2, 2]);
    expect(ran.stderr).toMatch(/^vox: HTTP_PROXY .*\[E_USAGE\]\n.*http:\/\/HOST:PORT or https:\/\/HOST:PORT/m);
    expect(doctor.stdout.toString()).toMatch(/fail +reach slng +HTTP_PROXY /);
    expect(ran.stderr + doctor.stdout + doctor.stderr).not.toContain('hidden-word');
  });
});

/** A proxy that does with a client what it is told, once it was asked something. */
async function rawProxy(act: (client: Socket) => void) {
  const clients: Socket[] = [];
  const raw = createTcpServer((client) => {
    clients.push(client);
    client.on('error', () => {});
    client.once('data', () => act(client));
  });
  raw.listen(0, '127.0.0.1');
  await once(raw, 'listening');
  const stop = () => {
    for (const client of clients) client.destroy();
    raw.close();
  };
  return { port: (raw.address() as AddressInfo).port, clients, stop };
}

/** Each of these opens connections of its own: WebSockets to speak and to listen, HTTP for the catalogue. */
const commands: Record<string, readonly string[]> = {
  synth: ['synth', 'Hi.', '-o', join(folder.path, 'b.wav')],
  transcribe: ['transcribe', join(folder.path, 'silence.wav')],
  voices: ['voices', '--provider', 'slng'],
};
const commandNames = Object.keys(commands);

/** Runs it to its end through a proxy: a socket that it left behind would keep the process. */
async function through(port: number, args: readonly string[]) {
  const ran = await vox([...args, '--endpoint', `wss://${host}`, '--connect-timeout', '1'], {
    env: {
      HTTPS_PROXY: `http://me:hidden-word@127.0.0.1:${port}`,
      SLNG_API_KEY: 'sk-never-shown',
      NODE_OPTIONS: `--require ${endProbe}`,
    },
    withinMs: 15_000,
  });
  expect(ran.stderr).not.toMatch(/hidden-word|sk-never-shown|held on to|ended before/);
  expect(ran.signal).toBeNull();
  return ran;
}

describe.each(commandNames)('a proxy that lets nobody through, and %s', (name) => {
  const args = commands[name] ?? [];

  it.each([
    ['says nothing', () => {}],
    ['lets through, and then says nothing', (client: Socket) => void client.write('HTTP/1.1 200 OK\r\n\r\n')],
    ['says half of it', (client: Socket) => void client.write('HTTP/1.1 200 OK\r\nX-')],
  ])('ends where it %s', async (_, act) => {
    const { port, clients, stop } = await rawProxy(act);
    const ran = await through(port, args);
    stop();
    expect(clients).toHaveLength(1);
    expect(ran.code, ran.stderr).toBe(4);
    expect(ran.stderr).toMatch(
      new RegExp(
        ` in 1 s, through the proxy http://127.0.0.1:${port} |within 1 s, through the proxy http://127.0.0.1:${port} `,
      ),
    );
    expect(ran.stderr).toContain('[E_CONNECT_TIMEOUT]');
  });

  it.each([
    ['407 Proxy Authentication Required', 'check the user and the password in HTTPS_PROXY'],
    ['403 Forbidden', `let ${host}:443 through`],
    ['502 Bad Gateway', 'which HTTPS_PROXY names'],
    ['101 Switching Protocols', 'which HTTPS_PROXY names'],
  ])('says that it was the proxy who answered %s', async (answer, todo) => {
    const { port, stop } = await rawProxy((client) => client.end(`HTTP/1.1 ${answer}\r\nContent-Length: 2\r\n\r\nno`));
    const ran = await through(port, args);
    stop();
    expect(ran.code, ran.stderr).toBe(4);
    expect(ran.stderr).toMatch(
      new RegExp(`: the proxy http://127\\.0\\.0\\.1:${port} answered ${answer} \\[E_CONNECT\\]`),
    );
    expect(ran.stderr).toContain(todo);
  });

  it('takes no answer without an end', async () => {
    const part = Buffer.alloc(64 * 1024, 'A');
    let sentBytes = 0;
    const { port, stop } = await rawProxy((client) => {
      const more = () => {
        do sentBytes += part.length;
        while (!client.destroyed && client.write(part));
      };
      client.write('HTTP/1.1 200 OK\r\nX: ');
      client.on('drain', more);
      more();
    });
    const ran = await through(port, args);
    stop();
    expect(ran.code, ran.stderr).toBe(4);
    expect(ran.stderr).toMatch(
      `the proxy http://127.0.0.1:${port} cannot be used: what answers there does not speak HTTP`,
    );
    // What the sockets of both sides hold is some of it; the command reads no more than a header's worth.
    expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('vox doctor', () => {
  it('ends behind a proxy that says nothing, and says that there is one', async () => {
    const { port, stop } = await rawProxy(() => {});
    const ran = await through(port, ['doctor', '--no-tone', '--no-microphone']);
    stop();
    expect(ran.code).toBe(4);
    for (const name of ['reach', 'listen'])
      expect(ran.stdout.toString()).toMatch(
        new RegExp(
          `fail +${name} slng +the session did not open within 1 s, through the proxy http://127.0.0.1:${port}\n`,
        ),
      );
  });

  it('says through which proxy a service refuses', async () => {
    const { port, stop } = await rawProxy((client) => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.once('data', () => client.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'));
    });
    const proxyUrl = `http://127.0.0.1:${port}`;
    const args = ['doctor', '--no-tone', '--no-microphone', '--json', '--endpoint', `ws://${host}`];
    const ran = await vox(args, { env: { HTTP_PROXY: proxyUrl }, withinMs: 15_000 });
    stop();
    const { checks } = JSON.parse(ran.stdout.toString());
    expect(checks.find((check: { name: string }) => check.name === 'reach slng')).toMatchObject({
      code: 'E_AUTH',
      detail: expect.stringMatching(`, through the proxy ${proxyUrl}$`),
      data: { proxy: proxyUrl },
    });
  });
});
