import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { direct, init, start } from './support/start.ts';

const opened: Socket[] = [];

afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

/** A stranger's socket, that says nothing by itself. */
async function mute(port: number): Promise<Socket & { closedByServer: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  opened.push(socket);
  socket.on('error', () => {});
  const closedByServer = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  return Object.assign(socket.resume(), { closedByServer });
}

const request = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n';

/** The status of a request over a socket that stays open. */
async function ask(socket: Socket): Promise<number> {
  socket.write(`${request}\r\n`);
  const [answer]: Buffer[] = await once(socket, 'data');
  return Number(String(answer).slice(9, 12));
}

const isOpen = (socket: Socket) => !socket.closed;

describe('when all places are taken', () => {
  it('those who say nothing give way, the oldest first', async () => {
    const { server } = await start({ limits: { connections: 4 } });
    const strangers = [];
    for (let i = 0; i < 4; i++) strangers.push(await mute(server.port));
    for (const gone of strangers.slice(0, 3)) {
      expect(await ask(await mute(server.port))).toBe(200);
      await gone.closedByServer;
    }
    expect(isOpen(strangers[3] as Socket)).toBe(true);
  });

  it('half a request is no reason to stay, and one that was answered is, for longer', async () => {
    const { server } = await start({ limits: { connections: 3 } });
    const served = await mute(server.port);
    const half = await mute(server.port);
    half.write(request);
    const silent = await mute(server.port);
    expect(await ask(served)).toBe(200);
    expect(await ask(await mute(server.port))).toBe(200);
    await half.closedByServer;
    expect(await ask(await mute(server.port))).toBe(200);
    await silent.closedByServer;
    expect(await ask(served)).toBe(200);
  });

  it('a session never gives way, however many come', async () => {
    const { server, connect: open } = await start({ limits: { connections: 4 } });
    const client = await open(direct);
    for (let i = 0; i < 50; i++) await mute(server.port);
    expect(await ask(await mute(server.port))).toBe(200);
    client.send(init);
    await client.got('ready');
    const other = await open(direct);
    other.send(init);
    await other.got('ready');
  });

  it('by sessions, one more is dropped without a word', async () => {
    const { server, connect: open } = await start({ limits: { connections: 2 } });
    const clients = [await open(direct), await open(direct)];
    await (await mute(server.port)).closedByServer;
    await expect(open(direct)).rejects.toThrow();
    await clients[0]?.close();
    while ((await fetch(`${server.url}/healthz`).catch(() => undefined))?.status !== 200);
    await open(direct);
  });

  it('strangers that come again whenever they are dropped keep nobody out', async () => {
    const { server } = await start({ limits: { connections: 100 } });
    let [again, dropped] = [true, 0];
    const hold = () => {
      const socket = connect(server.port, '127.0.0.1');
      opened.push(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        dropped++;
        if (again) hold();
      });
    };
    for (let i = 0; i < 110; i++) hold();
    for (let i = 0; i < 30; i++) expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    again = false;
    expect(dropped).toBeGreaterThan(0);
  });
});
