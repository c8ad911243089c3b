import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/server/server.ts';
import { ManualClock } from '../support/manual-clock.ts';
import type { Client } from './support/client.ts';
import { gate } from './support/fake-engine.ts';
import { hear, seen, startListening } from './support/start-listening.ts';

/** A server whose recogniser takes the first piece of a client's audio, and is not done with it before `open`. */
async function slowToHear() {
  const clock = new ManualClock();
  const running = await startListening({ clock });
  const watcher = await running.ready();
  const { promise, open } = gate();
  const begun = gate();
  running.recogniser.prepare = (stream) => {
    stream.hold = () => {
      begun.open();
      return promise;
    };
  };
  const last = () => running.recogniser.streams.at(-1);
  return { ...running, clock, watcher, open, begun: begun.promise, last };
}

type Slow = Awaited<ReturnType<typeof slowToHear>>;

/** How many pings it took to find out that the client has gone; the most, where it was not found out. */
async function pingsUntilGone({ clock, watcher, server }: Slow, most: number): Promise<number> {
  let pings = 0;
  for (; pings < most && server.stats().listeners > 1; pings++) {
    await clock.advance(defaultLimits.pingMs);
    // The reset that answers a ping comes by the same way as the answer to this.
    for (let i = 0; i < 5; i++) await seen(watcher);
  }
  return pings;
}

/** Resolves when the network takes nothing more of it. */
async function stuck(client: Client, watcher: Client): Promise<void> {
  for (let same = 0, before = -1; same < 20; same++) {
    if (client.socket.bufferedAmount !== before) same = 0;
    before = client.socket.bufferedAmount;
    await seen(watcher);
  }
}

function tcpOf({ socket }: Client): Socket {
  const tcp: unknown = Reflect.get(socket, '_socket');
  if (tcp instanceof Socket) return tcp;
  throw new Error('the ws package keeps its socket elsewhere');
}

const frame = Buffer.alloc(1024 * 1024, 'a');

describe('a client that goes while nothing is read from it', () => {
  /** Each has sent minutes of audio, which nobody is to hear. */
  it.each<[string, (client: Client, watcher: Client) => Promise<void> | void]>([
    ['with audio that the network has not taken', (client) => client.socket.terminate()],
    [
      'when the network has taken all that it takes',
      async (client, watcher) => {
        await stuck(client, watcher);
        client.socket.terminate();
      },
    ],
    ['with a reset', (client) => void tcpOf(client).resetAndDestroy()],
  ])('%s, is let go of within three pings', async (_how, leave) => {
    const slow = await slowToHear();
    const client = await slow.ready();
    for (let i = 0; i < 8; i++) client.socket.send(frame);
    await slow.begun;
    await leave(client, slow.watcher);
    await client.closed;
    expect(await pingsUntilGone(slow, 10)).toBeLessThanOrEqual(3);
    expect(slow.server.stats()).toMatchObject({ sessions: 1, listeners: 1 });
    // The recogniser was let go of, and of what waited it hears nothing more.
    expect(slow.last()?.calls).toEqual(['write 8000', 'close']);
    slow.open();
    await seen(slow.watcher);
    expect(slow.last()?.calls).toEqual(['write 8000', 'close']);
  });

  it('because its process was killed, is let go of as well', async () => {
    const slow = await slowToHear();
    const script = `
      const socket = new (require('ws'))(process.argv[1]);
      socket.on('open', () => { for (let i = 0; i < 8; i++) socket.send(Buffer.alloc(1024 * 1024, 'a')); });`;
    const child = spawn(process.execPath, ['-e', script, slow.server.wsUrl + hear], { stdio: 'ignore' });
    await slow.begun;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await pingsUntilGone(slow, 10)).toBeLessThanOrEqual(3);
    expect(slow.last()?.calls.at(-1)).toBe('close');
  });
});

describe('a client that nothing is read from, and that is there', () => {
  it('is asked, and stays', async () => {
    const slow = await slowToHear();
    const client = await slow.ready();
    let pings = 0;
    client.socket.on('ping', () => pings++);
    client.socket.send(frame);
    await slow.begun;
    expect(await pingsUntilGone(slow, 10)).toBe(10);
    expect(pings).toBe(10);
    slow.open();
    client.send({ type: 'close' });
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(client.messages.at(-1)).toMatchObject({ type: 'ended' });
  });

  it('is asked once, as long as it takes nothing', async () => {
    const slow = await slowToHear();
    const client = await slow.ready();
    client.socket.send(frame);
    await slow.begun;
    client.socket.pause();
    expect(await pingsUntilGone(slow, 10)).toBe(10);
    expect(slow.server.stats().listeners).toBe(2);
    slow.open();
  });

  it('is not asked while it is read from', async () => {
    const slow = await slowToHear();
    const client = await slow.ready();
    let pings = 0;
    client.socket.on('ping', () => pings++);
    client.socket.send(frame);
    await slow.begun;
    slow.open();
    client.send({ type: 'finalize' });
    await client.got('final');
    await slow.clock.advance(defaultLimits.pingMs * 5);
    await seen(client);
    expect(pings).toBe(0);
  });

  it('may have ended its half of the connection, and is let be until that is read', async () => {
    const slow = await slowToHear();
    const client = await slow.ready();
    // More than is read before reading pauses: the end stands behind it, and is not seen yet.
    client.socket.send(frame);
    client.socket.send(frame);
    await slow.begun;
    // What the ws package answers to a ping would be written behind the end, and break the connection from that side.
    Reflect.set(client.socket, '_autoPong', false);
    tcpOf(client).end();
    expect(await pingsUntilGone(slow, 10)).toBe(10);
    expect(slow.last()?.calls).toEqual(['write 8000']);
    slow.open();
    await client.closed;
    expect(slow.last()?.samples).toBeGreaterThanOrEqual(frame.length / 2);
  });
});
