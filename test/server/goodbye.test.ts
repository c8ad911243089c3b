import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { slngSpeak } from '../../src/dialects/slng/index.ts';
import { Connection } from '../../src/server/connection.ts';
import { defaultLimits } from '../../src/server/server.ts';
import type { SpeakEvent, SpeakRequest } from '../../src/speech/speak.ts';
import { FakeSocket } from '../support/fake-socket.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
const style = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' } as const;
const counters = {
  ...{ sessions: 0, listeners: 0, encoders: 0, sessionsTotal: 0, refused: 0 },
  ...{ turns: 0, interruptions: 0, utterances: 0, faults: 0 },
};

function connected() {
  const [socket, clock] = [new FakeSocket(), new ManualClock()];
  const connection = new Connection<SpeakEvent, SpeakRequest>({
    socket: socket.socket,
    peer: slngSpeak.server({ baseUrl: 'ws://host', format }, style),
    name: 's',
    clock,
    limits: defaultLimits,
    counters,
    handler: () => ({ handle: () => undefined, busy: false, stop() {} }),
  });
  return { socket, clock, connection };
}

describe('behind a goodbye', () => {
  it.each([
    ['of the server', ({ connection }: ReturnType<typeof connected>) => connection.hangUp(1001, 'enough')],
    ['of a frame that was none', ({ socket }: ReturnType<typeof connected>) => socket.breakFrame()],
  ])('%s, nothing of what a client still sends is kept, and no ping is answered', async (_, part) => {
    const talk = connected();
    part(talk);
    const { socket, clock } = talk;
    /** A function of its own: what it makes is out of reach when it returns. */
    const send = () => {
      const message = Buffer.alloc(100_000);
      socket.emit('message', message, true);
      socket.emit('ping', Buffer.from('still there?'));
      return new WeakRef(message);
    };
    const sent = Array.from({ length: 5 }, send);
    await settle();
    collect();
    expect(sent.map((message) => message.deref()?.length)).toEqual(sent.map(() => undefined));
    expect(socket.sentAfterClose).toBe(0);
    expect(socket.isPaused).toBe(false);
    socket.leave(1001);
    expect(clock.pending).toBe(0);
  });
});
