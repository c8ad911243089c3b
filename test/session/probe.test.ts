import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import type { SessionOptions } from '../../src/session/options.ts';
import { probeConnection, probeListening } from '../../src/session/probe.ts';
import type { Peer, SpeakService } from '../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent } from '../../src/speech/speak.ts';
import { createMemoryPair } from '../../src/transport/memory.ts';
import type { Connect, ConnectTimes, Frame } from '../../src/transport/transport.ts';
import { fakeService } from '../support/fake-listen.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

/** A dialect of four words: `begin` is answered with events in JSON, `close` with nothing. */
function peer(): Peer<SpeakCommand, SpeakEvent> {
  const nothing = { frames: [], events: [] };
  const answers: Record<string, SpeakEvent[]> = {
    ready: [{ type: 'ready', requestId: 'r-1', warnings: ['the voice was replaced'] }],
    plain: [{ type: 'ready' }],
    warn: [{ type: 'warning', code: 'w', message: 'slow today' }],
    no: [{ type: 'error', fault: { code: 'E_REQUEST', message: 'no such model', detail: { status: 'model' } } }],
  };
  return {
    opened: () => nothing,
    encode: ({ type }) => ({ frames: [{ kind: 'text', text: type }], events: [] }),
    decode: (frame) => ({ frames: [], events: frame.kind === 'text' ? (answers[frame.text] ?? []) : [] }),
    closed: () => nothing,
  };
}

const format = { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 } as const;

const service: SpeakService = {
  name: 'words',
  direction: 'speak',
  traits: {
    interrupt: 'ack',
    startsWithoutFlush: false,
    contexts: false,
    limits: {},
    turnSettings: [],
    encodings: ['linear16'],
    sampleRatesHz: [24_000],
    namedPronunciation: false,
    defaults: { baseUrl: 'ws://127.0.0.1', model: 'm', format },
  },
  endpoint: {
    build: () => ({ url: 'ws://127.0.0.1/v1', headers: {}, subprotocols: [] }),
    match: () => undefined,
    refused: ({ status, body }) => new SpeechError('E_AUTH', body, { detail: { status } }),
  },
  client: peer,
  server: () => {
    throw new Error('there is no server half here');
  },
};

/** A probe of a server in memory that answers each frame as `answer` says, so many ms later. */
function probing(
  answer: (text: string) => string | readonly string[] | undefined,
  {
    times = {},
    afterMs = 5,
    ...changes
  }: { times?: Partial<ConnectTimes>; afterMs?: number } & Partial<SessionOptions> = {},
) {
  const clock = new ManualClock();
  const received: string[] = [];
  const ends: number[] = [];
  const connect: Connect = async () => {
    const [near, far] = createMemoryPair(clock);
    far.receive({
      frame(frame: Frame) {
        const text = frame.kind === 'text' ? frame.text : '';
        received.push(text);
        const replies = [answer(text) ?? []].flat();
        if (replies.length === 0) return;
        clock.after(afterMs, () => {
          for (const reply of replies) {
            if (reply === 'hang up') far.close(1011, 'overloaded');
            else far.send({ kind: 'text', text: reply });
          }
        });
      },
      closed: ({ code }) => ends.push(code),
    });
    return { transport: near, times: { startMs: 0, openMs: 0, ...times }, headers: {} };
  };
  const options = { service, settings: { format, baseUrl: '' }, credentials: {}, connect, clock, ...changes };
  return { clock, received, ends, result: probeConnection(options) };
}

const answersReady = (text: string) => (text === 'begin' ? 'ready' : undefined);

describe('probeConnection', () => {
  it('opens a session, says nothing, and closes it', async () => {
    const { clock, received, ends, result } = probing(answersReady);
    await clock.advance(5);
    await result;
    await settle();
    expect(received).toEqual(['begin', 'close']);
    expect(ends).toEqual([1000]);
    expect(clock.pending).toBe(0);
  });

  it('measures each step apart', async () => {
    const { clock, result } = probing(answersReady, { times: { dnsMs: 1.000_04, tcpMs: 3, tlsMs: 7, openMs: 15 } });
    await clock.advance(5);
    expect(await result).toMatchObject({ dnsMs: 1, tcpMs: 2, tlsMs: 4, upgradeMs: 8, connectMs: 15, handshakeMs: 5 });
  });

  it('leaves out the steps that there were not', async () => {
    const { clock, result } = probing((text) => (text === 'begin' ? 'plain' : undefined), {
      times: { tcpMs: 2, openMs: 3 },
    });
    await clock.advance(5);
    expect(await result).toEqual({ tcpMs: 2, upgradeMs: 1, connectMs: 3, handshakeMs: 5, warnings: [] });
  });

  it('passes on what the service said of itself', async () => {
    const { clock, result } = probing(answersReady);
    await clock.advance(5);
    expect(await result).toMatchObject({ requestId: 'r-1', warnings: ['the voice was replaced'] });
  });

  it('keeps warnings that come before the service is ready', async () => {
    const { clock, result } = probing((text) => (text === 'begin' ? ['warn', 'ready'] : undefined));
    await clock.advance(5);
    expect((await result).warnings).toEqual(['slow today', 'the voice was replaced']);
  });

  it('fails with the error that the service told', async () => {
    const { clock, result, ends } = probing((text) => (text === 'begin' ? 'no' : undefined));
    const outcome = expect(result).rejects.toMatchObject({
      code: 'E_REQUEST',
      message: 'no such model',
      detail: { status: 'model' },
    });
    await clock.advance(5);
    await outcome;
    expect(ends).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('fails where the upgrade is refused', async () => {
    const connect: Connect = async (_, { refused }) => {
      throw refused({ status: 401, headers: {}, body: 'bad key' });
    };
    await expect(probing(answersReady, { connect }).result).rejects.toMatchObject({
      code: 'E_AUTH',
      detail: { status: 401 },
    });
  });

  it('fails where the service hangs up instead', async () => {
    const { clock, result } = probing((text) => (text === 'begin' ? 'hang up' : undefined));
    const outcome = expect(result).rejects.toMatchObject({ code: 'E_PROVIDER' });
    await clock.advance(5);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it('waits for a service that is never ready as long as the timeout says', async () => {
    const { clock, result } = probing(() => undefined, { timeouts: { connectMs: 700 } });
    let over = false;
    const outcome = expect(
      result.finally(() => {
        over = true;
      }),
    ).rejects.toMatchObject({ code: 'E_CONNECT_TIMEOUT' });
    await clock.advance(699);
    expect(over).toBe(false);
    await clock.advance(1);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it('ends at once with the signal', async () => {
    const abort = new AbortController();
    const reason = new SpeechError('E_INTERRUPTED', 'interrupted');
    const { clock, result } = probing(() => undefined, { signal: abort.signal });
    const outcome = expect(result).rejects.toBe(reason);
    await settle();
    abort.abort(reason);
    await outcome;
    expect(clock.pending).toBe(0);
  });
});

describe('probeListening', () => {
  const listening = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 } as const;

  /** The same of a service of speech in, which is asked for nothing but its ready. */
  function probingEars(answer: string) {
    const clock = new ManualClock();
    const received: string[] = [];
    const connect: Connect = async () => {
      const [near, far] = createMemoryPair(clock);
      far.receive({
        frame(frame: Frame) {
          const text = frame.kind === 'text' ? frame.text : 'binary';
          received.push(text);
          if (received.length === 1) clock.after(5, () => far.send({ kind: 'text', text: answer }));
        },
        closed: ({ code }) => received.push(`closed ${code}`),
      });
      return { transport: near, times: { startMs: 0, openMs: 0 }, headers: {} };
    };
    const settings = { format: listening, baseUrl: '', interim: true };
    return {
      clock,
      received,
      result: probeListening({ service: fakeService(), settings, credentials: {}, connect, clock }),
    };
  }

  it('opens a session, sends no audio, and closes it', async () => {
    const { clock, received, result } = probingEars('{"type":"ready","requestId":"r-2","warnings":["no such model"]}');
    await clock.advance(5);
    expect(await result).toEqual({
      ...{ connectMs: 0, upgradeMs: 0, handshakeMs: 5, requestId: 'r-2', warnings: ['no such model'] },
    });
    await settle();
    expect(received).toEqual(['{"type":"init"}', '{"type":"close"}', 'closed 1000']);
    expect(clock.pending).toBe(0);
  });

  it('fails with the error that the service told', async () => {
    const { clock, result } = probingEars('{"type":"error","fault":{"code":"E_AUTH","message":"bad key"}}');
    const outcome = expect(result).rejects.toMatchObject({ code: 'E_AUTH', message: 'bad key' });
    await clock.advance(5);
    await outcome;
    expect(clock.pending).toBe(0);
  });
});
