import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../src/audio/format.ts';
import { systemClock } from '../../src/clock.ts';
import { deepgramListen, deepgramSpeak } from '../../src/dialects/deepgram/index.ts';
import { hear } from '../../src/session/hearing.ts';
import { probeListening } from '../../src/session/probe.ts';
import { openSpeakSession } from '../../src/session/speak-session.ts';
import { createMemoryPair } from '../../src/transport/memory.ts';
import type { Connect, Transport } from '../../src/transport/transport.ts';
import { createWebSocketConnect } from '../../src/transport/websocket.ts';
import { sound } from '../server/support/fake-recogniser.ts';
import { startListening } from '../server/support/start-listening.ts';
import { collect, settle, spansOf } from '../support/fake-speak.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** The far end of one connection, in Deepgram's own words. */
class Far {
  readonly words: unknown[] = [];
  readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
    transport.receive({
      frame: (frame) => frame.kind === 'text' && this.words.push(JSON.parse(frame.text).type),
      closed: () => {},
    });
  }

  say(...messages: object[]): void {
    for (const message of messages) this.transport.send({ kind: 'text', text: JSON.stringify(message) });
  }

  sound(bytes: number): void {
    this.transport.send({ kind: 'binary', bytes: new Uint8Array(bytes).fill(3) });
  }
}

function open() {
  const clock = new ManualClock();
  const fars: Far[] = [];
  const connect: Connect = async () => {
    const [near, far] = createMemoryPair(clock);
    fars.push(new Far(far));
    const headers = { 'dg-request-id': `r-${fars.length}` };
    return { transport: near, times: { startMs: clock.now(), openMs: clock.now() }, headers };
  };
  const { format } = deepgramSpeak.traits.defaults;
  const session = openSpeakSession({
    service: deepgramSpeak,
    settings: { baseUrl: 'wss://api.example', format },
    credentials: { key: 'secret' },
    connect,
    clock,
  });
  const far = (n = fars.length) => {
    const found = fars[n - 1];
    if (!found) throw new Error('nothing has connected');
    return found;
  };
  return { session, fars, far };
}

const metadata = { type: 'Metadata', request_id: 'r' };

describe('a session that speaks to Deepgram', () => {
  it('waits for its Metadata, and is done with its Flushed', async () => {
    const { session, far } = open();
    const turn = session.speak(spansOf(['Hello.']));
    const heard = collect(turn);
    await settle();
    expect(far().words).toEqual([]);
    far().say(metadata);
    await settle();
    expect(far().words).toEqual(['Speak', 'Flush']);
    far().sound(480);
    far().say({ type: 'Flushed', sequence_id: 0 });
    expect(await turn.result).toMatchObject({ why: 'done', report: { requestId: 'r' } });
    await heard;
  });

  it('goes on with a new connection where the last has lived its 60 minutes', async () => {
    const { session, fars, far } = open();
    const first = session.speak(spansOf(['One.']));
    await settle();
    far().say(metadata);
    await settle();
    far().sound(480);
    far().say({ type: 'Flushed', sequence_id: 0 });
    await first.result;
    const second = session.speak(spansOf(['Two.']));
    await settle();
    far(1).transport.close(1011, 'NET-0003');
    await settle();
    expect(fars).toHaveLength(2);
    far().say(metadata);
    await settle();
    expect(far().words).toEqual(['Speak', 'Flush']);
    far().sound(480);
    far().say({ type: 'Flushed', sequence_id: 0 });
    expect(await second.result).toMatchObject({ why: 'done' });
  });

  it.each([
    [1008, 'DATA-0001', 'E_RATE_LIMIT', /2400 characters/],
    [1009, 'BIG-0001', 'E_REQUEST', /2000 characters/],
    [1008, 'DATA-0000', 'E_REQUEST', /--trace/],
    [1011, 'NET-0000', 'E_PROVIDER', /status.deepgram.com/],
  ] as const)('tells of a close with %i %s what it was and what to do', async (code, reason, error, todo) => {
    const { session, far } = open();
    const turn = session.speak(spansOf(['Hello.']));
    await settle();
    far().say(metadata);
    await settle();
    far().transport.close(code, reason);
    const { why, error: told } = await turn.result;
    expect(why).toBe('failed');
    expect(told).toMatchObject({ code: error, detail: { closeCode: code, vendorCode: reason } });
    expect(told?.todo).toMatch(todo);
  });
});

describe('over the real server', () => {
  const words = (text: string): AudioChunk => ({
    format: deepgramListen.traits.defaults.format,
    bytes: sound(text),
    firstSample: undefined,
  });

  async function listening() {
    const { server, recogniser } = await startListening({ services: [deepgramListen], key: 'k' });
    const options = {
      service: deepgramListen,
      settings: { format: deepgramListen.traits.defaults.format, baseUrl: server.wsUrl, interim: true },
      credentials: { key: 'k', via: 'subprotocol' },
      connect: createWebSocketConnect(systemClock),
      clock: systemClock,
      pace: 'fast',
    } as const;
    return { options, recogniser };
  }

  async function* chunks(...texts: string[]): AsyncGenerator<AudioChunk> {
    for (const text of texts) yield words(text);
  }

  it('a stream is heard whole, the tail by Finalize, and closed by the server', async () => {
    const { options, recogniser } = await listening();
    const hearing = hear(options, chunks('one two.', ' three.', ' and a tail'));
    const finals: string[] = [];
    for await (const output of hearing) if (output.type === 'final') finals.push(output.text);
    expect(await hearing.result).toMatchObject({ why: 'done', report: { requestId: 'sess_stt_1' } });
    expect(finals.join(' ')).toBe('one two. three. and a tail');
    expect(recogniser.stream.calls.at(-1)).toBe('close');
  });

  it('is ready when it is open', async () => {
    const { options } = await listening();
    expect(await probeListening(options)).toMatchObject({ requestId: 'sess_stt_1', warnings: [] });
  });

  it('refuses a wrong key in words', async () => {
    const { options } = await listening();
    const hearing = hear({ ...options, credentials: { key: 'wrong' } }, chunks('x'));
    const { error } = await hearing.result;
    expect(error).toMatchObject({
      code: 'E_AUTH',
      message: 'the service answered 401: Invalid credentials.',
      detail: { status: 401, vendorCode: 'INVALID_AUTH', requestId: 'sess_stt_1' },
    });
    expect(error?.todo).toContain('DEEPGRAM_API_KEY');
  });
});
