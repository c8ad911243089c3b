import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { startServer } from '../../src/server/server.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { FakeEngine, heard } from './support/fake-engine.ts';
import { flush, init, start, text } from './support/start.ts';

async function errorOf(promise: Promise<unknown>): Promise<SpeechError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof SpeechError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('the start of a server', () => {
  it('gives the addresses of a free port', async () => {
    const { server } = await start();
    expect(server.port).toBeGreaterThan(0);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(server.wsUrl).toBe(`ws://127.0.0.1:${server.port}`);
    expect(server.stats()).toEqual({
      sessions: 0,
      listeners: 0,
      encoders: 0,
      sessionsTotal: 0,
      refused: 0,
      turns: 0,
      interruptions: 0,
      utterances: 0,
      faults: 0,
    });
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org', '127.0.0.1.example.org'])(
    'wants a key before strangers reach it at %s',
    async (host) => {
      const error = await errorOf(start({ host }));
      expect(error.code).toBe('E_INSECURE');
      expect(error.todo).toContain('VOX_SERVE_KEY');
    },
  );

  it('takes another host with a key', async () => {
    const { server } = await start({ host: '0.0.0.0', key: 'K' });
    expect((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status).toBe(200);
  });

  it('takes localhost without one', async () => {
    const { server } = await start({ host: 'localhost' });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('fails in words where the port is taken', async () => {
    const { server } = await start();
    const error = await errorOf(start({ port: server.port }));
    expect(error.code).toBe('E_USAGE');
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(error.todo).toContain('--port');
  });

  it('fails in words where the address is not this machine’s', async () => {
    const error = await errorOf(start({ host: '192.0.2.1', key: 'K' }));
    expect(error).toMatchObject({
      code: 'E_USAGE',
      todo: 'check --host',
      message: expect.stringContaining('no such address'),
    });
  });
});

describe('the end of a server', () => {
  it('closes its sessions with 1001, mid-speech too, and stops their work', async () => {
    const { server, connect: open, engine } = await start();
    engine.gate = (words) => (words === 'Two.' ? new Promise(() => {}) : undefined);
    const idle = await open();
    const client = await open();
    client.send(init, text('One. Two. Three. Four.'), flush);
    await client.until(() => heard(client.audio) === 'One.');
    const closed = server.close();
    expect(await client.closed).toEqual({ code: 1001, reason: 'the server is going away' });
    expect((await idle.closed).code).toBe(1001);
    await closed;
    expect(engine.underWay).toBe(0);
    expect(engine.closed).toBe(false);
    expect(server.stats().sessions).toBe(0);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  it('may be asked for twice', async () => {
    const { server, connect: open } = await start();
    const client = await open();
    await Promise.all([server.close(), server.close()]);
    await client.closed;
    await server.close();
  });

  it('waits for clients that do not answer only so long', async () => {
    const clock = new ManualClock();
    const { server, connect: open } = await start({ clock, limits: { closeMs: 500 } });
    const deaf = await open();
    deaf.send(init);
    await deaf.got('ready');
    deaf.socket.pause();
    const mute = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => mute.once('connect', resolve));
    await fetch(`${server.url}/healthz`);
    let done = false;
    const closed = server.close().then(() => {
      done = true;
    });
    await clock.advance(499);
    expect(done).toBe(false);
    await clock.advance(1);
    await closed;
    expect(clock.pending).toBe(0);
    mute.destroy();
  });

  it('comes while a session is being configured', async () => {
    const engine = new FakeEngine();
    let chosen = () => {};
    const choosing = new Promise<void>((resolve) => {
      chosen = resolve;
    });
    const choose = engine.choose.bind(engine);
    engine.choose = async (wish) => {
      await choosing;
      return choose(wish);
    };
    const { server, connect: open } = await start({ engine });
    const client = await open();
    client.send(init, text('Hello.'), flush);
    await client.until(() => engine.wishes.length === 0);
    const closed = server.close();
    await client.closed;
    chosen();
    await closed;
    expect(client.came).toEqual([]);
    expect(engine.requested).toHaveLength(0);
  });

  it('is possible without a single session', async () => {
    const server = await startServer({
      port: 0,
      services: [],
      engine: new FakeEngine(),
      clock: new ManualClock(),
      ids: () => '1',
      today: () => new Date(0),
    });
    await server.close();
  });
});
