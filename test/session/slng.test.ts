import { describe, expect, it } from 'vitest';
import { slngSpeak } from '../../src/dialects/slng/index.ts';
import { planTurn } from '../../src/session/plan.ts';
import { openSpeakSession } from '../../src/session/speak-session.ts';
import type { SpeakSettings } from '../../src/speech/speak.ts';
import { createMemoryPair } from '../../src/transport/memory.ts';
import type { Connect, Frame, Transport } from '../../src/transport/transport.ts';
import { collect, format, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';
import { ManualClock } from '../support/manual-clock.ts';

const settings: SpeakSettings = { format, baseUrl: 'wss://api.example' };

/** The far end of one connection, which a test answers for in SLNG's own words. */
class SlngPeer {
  readonly sent: Record<string, unknown>[] = [];
  readonly transport: Transport;
  closed = false;

  constructor(transport: Transport) {
    this.transport = transport;
    transport.receive({
      frame: (frame) => {
        if (frame.kind === 'text') this.sent.push(JSON.parse(frame.text));
      },
      closed: () => {
        this.closed = true;
      },
    });
  }

  get words(): unknown[] {
    return this.sent.map(({ type }) => type);
  }

  say(message: object): void {
    this.transport.send({ kind: 'text', text: JSON.stringify(message) });
  }

  sound(byteCount: number): void {
    this.transport.send({ kind: 'binary', bytes: new Uint8Array(byteCount).fill(3) });
  }
}

function openSlng(over: Partial<SpeakSettings> = {}) {
  const clock = new ManualClock();
  const peers: SlngPeer[] = [];
  const urls: string[] = [];
  const warnings: string[] = [];
  const connect: Connect = async ({ url }) => {
    const [near, far] = createMemoryPair(clock);
    urls.push(url);
    peers.push(new SlngPeer(far));
    return { transport: near, times: { startMs: clock.now(), openMs: clock.now() }, headers: {} };
  };
  const session = openSpeakSession({
    service: slngSpeak,
    settings: { ...settings, ...over },
    credentials: { key: 'secret' },
    connect,
    clock,
    onWarning: ({ code }) => warnings.push(code),
  });
  const peer = () => {
    const last = peers.at(-1);
    if (!last) throw new Error('nothing has connected');
    return last;
  };
  return { clock, peers, peer, urls, session, warnings };
}

describe('a session with the SLNG codec', () => {
  it('sends init with the first text, waits for ready, and ends with flushed', async () => {
    const { peer, session } = openSlng();
    session.warm();
    await settle();
    expect(peer().words).toEqual([]);
    const turn = session.speak(spansOf(['One. ', 'Two.']));
    const heard = collect(turn);
    await settle();
    expect(peer().words).toEqual(['init']);
    peer().say({ type: 'ready', session_id: 's1' });
    await settle();
    expect(peer().words).toEqual(['init', 'text', 'flush', 'text', 'flush']);
    peer().sound(800);
    peer().say({ type: 'flushed' });
    await settle();
    expect(turn.progress).toMatchObject({ throughChar: 5, sentences: 1 });
    peer().sound(1601);
    peer().sound(1);
    peer().say({ type: 'flushed' });
    const { why, report } = await turn.result;
    await settle();
    expect(why).toBe('done');
    expect(report).toMatchObject({ bytes: 2402, requestId: 's1' });
    expect(heard.numbers).toEqual([0, 400, 1200]);
    await session.close();
    expect(peer().words.at(-1)).toBe('close');
  });

  it('becomes ready with no text, and speaks on that connection', async () => {
    const { peers, peer, session } = openSlng();
    const ready = session.ready();
    await settle();
    expect(peer().words).toEqual(['init']);
    peer().say({ type: 'ready', session_id: 's1' });
    expect(await ready).toMatchObject({ sessionId: 's1' });
    await session.ready();
    const turn = session.speak(spansOf(['One.']));
    await settle();
    expect(peer().words).toEqual(['init', 'text', 'flush']);
    peer().sound(320);
    peer().say({ type: 'flushed' });
    expect(await turn.result).toMatchObject({ why: 'done', report: { bytes: 320, connections: 1 } });
    expect(peers).toHaveLength(1);
  });

  it('takes two turns on one connection', async () => {
    const { peers, peer, session } = openSlng();
    for (const text of ['One.', 'Two.']) {
      const turn = session.speak(spansOf([text]));
      await settle();
      if (text === 'One.') peer().say({ type: 'Metadata', request_id: 'r' });
      await settle();
      peer().sound(320);
      peer().say({ type: 'Flushed', sequence_id: 0 });
      expect((await turn.result).report.bytes).toBe(320);
    }
    expect(peers).toHaveLength(1);
    expect(peer().words).toEqual(['init', 'text', 'flush', 'text', 'flush']);
  });

  it('does not count a stripped RIFF header as sound', async () => {
    const { clock, peer, session } = openSlng();
    const turn = session.speak(spansOf(['One.']));
    await settle();
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    const header = Buffer.alloc(44);
    header.write('RIFF');
    header.write('WAVEfmt ', 8);
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(1, 20);
    header.writeUInt16LE(1, 22);
    header.writeUInt32LE(8000, 24);
    header.writeUInt32LE(16_000, 28);
    header.writeUInt16LE(2, 32);
    header.writeUInt16LE(16, 34);
    header.write('data', 36);
    await clock.advance(100);
    peer().transport.send({ kind: 'binary', bytes: header });
    await clock.advance(100);
    peer().sound(320);
    peer().say({ type: 'audio_end' });
    expect((await turn.result).report).toMatchObject({ ttfbMs: 200, bytes: 320, chunks: 1 });
  });

  it('interrupts with cancel and clear; what comes before cleared is not heard', async () => {
    const { clock, peer, peers, session } = openSlng();
    const turn = session.speak(spansOf(['One. ', 'Two.']));
    const heard = collect(turn);
    await settle();
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    peer().sound(160);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Three.']));
    const nextHeard = collect(next);
    await settle();
    expect(peer().words.slice(5)).toEqual(['cancel', 'clear', 'text', 'flush']);
    peer().sound(1600);
    peer().say({ type: 'flushed' });
    peer().say({ type: 'cleared' });
    peer().sound(480);
    peer().say({ type: 'flushed' });
    expect((await next.result).report.bytes).toBe(480);
    await clock.advance(10_000);
    expect([heard.ms, nextHeard.ms]).toEqual([10, 30]);
    expect(peers).toHaveLength(1);
  });

  it('says what is left over a new connection where it cannot be told which interruption was answered', async () => {
    const { peer, peers, session, warnings } = openSlng();
    const first = session.speak(spansOf(['One.']));
    await settle();
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    first.interrupt();
    peer().say({ type: 'cleared' });
    const second = session.speak(spansOf(['Two.']));
    await settle();
    second.interrupt();
    const third = session.speak(spansOf(['Three.']));
    const heard = collect(third);
    await settle();
    // The first one's second answer, or the second one's only one? What sounds now may be of either turn.
    peer().say({ type: 'cleared' });
    peer().sound(1600);
    await settle();
    expect(peers).toHaveLength(2);
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    expect(peer().words).toEqual(['init', 'text', 'flush']);
    expect(peer().sent[1]).toMatchObject({ text: 'Three.' });
    peer().sound(480);
    peer().say({ type: 'flushed' });
    expect((await third.result).why).toBe('done');
    expect(heard.ms).toBe(30);
    expect(warnings).toEqual([]);
  });

  it('speaks over a direct route to rime, which says neither ready nor flushed', async () => {
    const { peer, session } = openSlng({ model: 'slng/rime/arcana:3-en', voice: 'astra' });
    const turn = session.speak(spansOf(['One.']));
    const heard = collect(turn);
    await settle();
    expect(session.state).toBe('ready');
    expect(peer().words).toEqual(['init', 'text', 'flush']);
    peer().say({ type: 'audio_chunk', data: Buffer.alloc(320).toString('base64'), contextId: 'ctx' });
    await settle();
    peer().transport.close(1000);
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(heard.ms).toBe(20);
  });

  it('learns that a service has no cancel, also for the connections to come', async () => {
    const { peer, peers, session, warnings } = openSlng();
    const turn = session.speak(spansOf(['One.']));
    await settle();
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    turn.interrupt();
    await settle();
    peer().say({ type: 'error', code: 'config_error', message: 'unknown message type cancel' });
    peer().say({ type: 'cleared' });
    await settle();
    expect(warnings).toEqual(['cancel_refused']);
    peer().transport.close(1000);
    await settle();
    const next = session.speak(spansOf(['Two.']));
    await settle();
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    next.interrupt();
    await settle();
    expect(peers).toHaveLength(2);
    expect(peer().words).toEqual(['init', 'text', 'flush', 'clear']);
  });

  it.each([1000, 1006, 1011])(
    'says the next turn over a new connection when a close (%d) answers an interruption',
    async (code) => {
      const { peer, peers, session } = openSlng();
      const turn = session.speak(spansOf(['One.']));
      await settle();
      peer().say({ type: 'ready', session_id: 's' });
      await settle();
      turn.interrupt();
      const next = session.speak(spansOf(['Two.']));
      await settle();
      peer().transport.close(code);
      await settle();
      expect(peers).toHaveLength(2);
      peer().say({ type: 'ready', session_id: 's' });
      await settle();
      peer().sound(320);
      peer().say({ type: 'flushed' });
      expect((await next.result).report).toMatchObject({ ended: 'done', bytes: 320 });
    },
  );

  it('opens a new connection for what is left where a route closes after its sound', async () => {
    const { peer, peers, session } = openSlng();
    const turn = session.speak(spansOf(['One. ', 'Two.']));
    const heard = collect(turn);
    for (let i = 0; i < 2; i++) {
      await settle();
      peer().say({ type: 'ready', session_id: 's' });
      await settle();
      peer().sound(320);
      // No acknowledgement at all: the close after sound says as much.
      peer().transport.close(1000);
    }
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(peers.map(({ sent }) => sent.flatMap(({ text }) => (text ? [text] : [])))).toEqual([
      ['One. ', 'Two.'],
      ['Two.'],
    ]);
    expect(heard).toMatchObject({ ms: 40, numbers: [0, 160] });
  });

  it('survives soniox: audio_end, never flushed, and an error for the next text', async () => {
    const { peer, peers, session } = openSlng();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(['One. ']));
    await settle();
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    peer().sound(320);
    peer().say({ type: 'audio_end', duration: 0.02 });
    await settle();
    feed.push(...spansOf(['Two.'], 'sentence', 5));
    feed.end();
    await settle();
    peer().say({ type: 'error', message: 'Stream 1 not found. Send a start message first.' });
    await settle();
    expect(peers).toHaveLength(2);
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    peer().sound(320);
    peer().say({ type: 'audio_end', duration: 0.02 });
    expect((await turn.result).report).toMatchObject({ connections: 2, bytes: 640, chars: 9 });
  });

  it('sends keepalive while idle, once it has begun', async () => {
    const { clock, peer, session } = openSlng();
    session.warm();
    await clock.advance(60_000);
    expect(peer().words).toEqual([]);
    const turn = session.speak(spansOf(['One.']));
    await settle();
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    peer().sound(16);
    peer().say({ type: 'flushed' });
    await turn.result;
    await clock.advance(60_000);
    expect(peer().words.slice(3)).toEqual(['keepalive', 'keepalive']);
  });

  it('keeps the key out of what a failure says', async () => {
    const { peer, session } = openSlng();
    const turn = session.speak(spansOf(['One.']));
    await settle();
    peer().say({ type: 'error', code: 'auth_error', message: 'bad key' });
    const { error } = await turn.result;
    expect(error).toMatchObject({ code: 'E_AUTH' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});

describe('planTurn', () => {
  async function plan(texts: readonly string[], flush: 'sentence' | 'end'): Promise<string[]> {
    async function* spans() {
      yield* spansOf(texts);
    }
    const frames: Frame[] = [];
    for await (const frame of planTurn(slngSpeak, settings, spans(), flush)) frames.push(frame);
    return frames.map((frame) => (frame.kind === 'text' ? frame.text : ''));
  }

  it('is what a session sends when the service answers as it should', async () => {
    const { peer, session } = openSlng();
    const texts = ['One. ', '\n', `${'word '.repeat(500)}end.`];
    const turn = session.speak(spansOf(texts));
    await settle();
    peer().say({ type: 'ready', session_id: 's' });
    await settle();
    for (let i = 0; i < 2; i++) {
      peer().sound(16);
      peer().say({ type: 'flushed' });
      await settle();
    }
    expect((await turn.result).why).toBe('done');
    await session.close();
    expect(peer().sent.map((message) => JSON.stringify(message))).toEqual(await plan(texts, 'sentence'));
  });

  it('flushes once at the end where it is told to', async () => {
    const types = (await plan(['One. ', 'Two.'], 'end')).map((text) => JSON.parse(text).type);
    expect(types).toEqual(['init', 'text', 'text', 'flush', 'close']);
  });
});
