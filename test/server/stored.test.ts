import { describe, expect, it } from 'vitest';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { DictionaryStore } from '../../src/server/dictionary-store.ts';
import { Outflow } from '../../src/server/outflow.ts';
import type { Outlet } from '../../src/server/outlet.ts';
import { defaultLimits } from '../../src/server/server.ts';
import { Speaker, type SpeakerOptions } from '../../src/server/speaker.ts';
import type { SpeakEvent } from '../../src/speech/speak.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { needs } from '../support/programs.ts';
import { FakeEngine, gate } from './support/fake-engine.ts';
import { flush, init, start, text } from './support/start.ts';
import { seen, startListening } from './support/start-listening.ts';

const counters = {
  ...{ sessions: 0, listeners: 0, encoders: 0, sessionsTotal: 0, refused: 0, turns: 0, interruptions: 0 },
  ...{ utterances: 0, faults: 0 },
};

/** A speaker whose client is this. */
function speaking(outlet: Partial<Outlet<SpeakEvent>>, more: Partial<SpeakerOptions> = {}) {
  const engine = new FakeEngine();
  const speaker = new Speaker({
    engine,
    request: {
      voice: 'ada',
      language: 'en',
      speed: 1,
      format: { encoding: 'linear16', sampleRateHz: 8000, channels: 1 },
    },
    outlet: { event: () => {}, room: () => undefined, waiting: () => {}, hangUp: () => {}, ...outlet },
    limits: { waitingChars: 10_000 },
    stage: (send) => ({ write: send, finish: async () => {}, drop: () => {} }),
    dictionaries: new DictionaryStore({ most: 1, mostBytes: 1, ids: () => 'x', today: () => new Date() }),
    counters,
    closesAfterFlush: false,
    clock: new ManualClock(),
    ...more,
  });
  return { speaker, engine };
}

const sentences = 20_000;
const book = Array.from({ length: sentences }, (_, i) => `Sentence ${i}. `).join('');

describe('a message as long as a book', () => {
  it('is made into sentences as they are spoken, not at once', async () => {
    const held = gate();
    let most = 0;
    const { speaker, engine } = speaking({
      waiting: (chars) => {
        most = Math.max(most, chars);
      },
    });
    engine.gate = () => held.promise;
    const rest = speaker.command({ type: 'text', turn: 't', text: book, throughChar: book.length });
    expect(rest).toBeInstanceOf(Promise);
    expect(most).toBeGreaterThan(10_000);
    held.open();
    await rest;
    speaker.command({ type: 'flush', turn: 't' });
    while (speaker.busy) await settle();
    expect(most).toBeLessThan(80_000);
    expect(engine.texts.join(' ')).toBe(book.trim());
  });

  it('is dropped with its client', async () => {
    const { speaker, engine } = speaking({});
    engine.gate = () => new Promise(() => {});
    const rest = speaker.command({ type: 'text', turn: 't', text: book, throughChar: book.length });
    speaker.stop();
    await rest;
    expect(engine.requested.length).toBeLessThan(3);
    expect(engine.underWay).toBe(0);
  });
});

it('what cannot be read is not told to a client that does not read', async () => {
  const events: SpeakEvent[] = [];
  let room = gate();
  const { speaker } = speaking({ event: (event) => events.push(event), room: () => room.promise });
  speaker.command({ type: 'text', turn: 't', text: 'НЕТ. '.repeat(100), throughChar: 500 });
  for (let i = 0; i < 20; i++) await settle();
  expect(events).toEqual([]);
  room.open();
  const opened = room;
  room = { ...opened, promise: Promise.resolve() };
  while (events.filter(({ type }) => type === 'warning').length < 99) await settle();
  speaker.stop();
});

describe('answers that were not taken', () => {
  /** A socket that takes nothing. */
  function deaf() {
    const socket = {
      bufferedAmount: 0,
      send(data: string | Uint8Array) {
        socket.bufferedAmount += data.length;
      },
    };
    // No more of it is used here.
    const options = { socket, clock: new ManualClock(), limits: defaultLimits, stalled: () => {} };
    return new Outflow(options as unknown as ConstructorParameters<typeof Outflow>[0]);
  }

  it('are too many when they are large', () => {
    const out = deaf();
    for (let i = 0; i < 4; i++) out.reply({ kind: 'text', text: 'x'.repeat(60_000) });
    expect(out.tooManyReplies).toBe(false);
    out.reply({ kind: 'text', text: 'x'.repeat(60_000) });
    expect(out.tooManyReplies).toBe(true);
  });

  it('are not, however much sound is not taken: who interrupts is heard', () => {
    const out = deaf();
    for (let i = 0; i < 100; i++) out.audio({ kind: 'binary', bytes: Buffer.alloc(60_000) });
    out.reply({ kind: 'text', text: 'x' });
    expect(out.tooManyReplies).toBe(false);
  });
});

describe('complaints', () => {
  it('repeat no more of a message than a line', async () => {
    const { connect } = await start();
    const client = await connect();
    client.send({ ...init, config: { encoding: 'e'.repeat(100_000), sample_rate: 24_000 } });
    const error = await client.got('error');
    expect(JSON.stringify(error).length).toBeLessThan(1000);
    expect(JSON.stringify(error)).toContain('encoding');
  });
});

describe('dictionaries', () => {
  const ask = (url: string, method: string, name: string, ipa = '') =>
    fetch(`${url}/v1/pronunciation/dictionaries${method === 'DELETE' ? `/${name}` : ''}`, {
      method,
      ...(method === 'POST' && { body: JSON.stringify({ name, modes: { rewrite: { rules: [] }, ipa } }) }),
    }).then(({ status }) => status);

  it('are kept up to a size of all together, and have room again when one is deleted', async () => {
    const { server } = await start({ limits: { dictionaryBytes: 10_000 } });
    const large = 'x'.repeat(6000);
    expect(await ask(server.url, 'POST', 'one', large)).toBe(201);
    expect(await ask(server.url, 'POST', 'two', large)).toBe(503);
    expect(await ask(server.url, 'POST', 'small')).toBe(201);
    expect(await ask(server.url, 'DELETE', 'one')).toBe(204);
    expect(await ask(server.url, 'DELETE', 'one')).toBe(404);
    expect(await ask(server.url, 'POST', 'two', large)).toBe(201);
    expect(await ask(server.url, 'POST', 'three', large)).toBe(503);
  });
});

describe('places', () => {
  needs('ffmpeg').it('of encoders are given back', async () => {
    const { connect, server } = await start({ engine: createScriptedEngine(), limits: { encoders: 1 } });
    const compressed = { ...init, config: { encoding: 'mp3', sample_rate: 24_000 } };
    const one = await connect();
    await one.send(compressed).got('ready');
    const other = await connect();
    expect(await other.send(compressed).got('error')).toMatchObject({ code: 'rate_limit' });
    // What needs no encoder needs no place.
    const plain = await connect();
    await plain.send(init, text('Plain.'), flush).got('flushed');
    await one.close();
    while (server.stats().encoders > 0) await settle();
    const third = await connect();
    await third.send(compressed, text('Compressed.'), flush).got('flushed');
  });

  it('of listeners are kept until the recogniser has let go, though the client went while it was made ready', async () => {
    const { connect, recogniser, server } = await startListening({ limits: { listeners: 1 } });
    const made = gate();
    recogniser.opening = () => made.promise;
    const first = await connect('/hear');
    first.send({ type: 'configure' });
    while (recogniser.asked === 0) await settle();
    first.socket.terminate();
    while (server.stats().sessions > 0) await settle();
    const second = await connect('/hear');
    second.send({ type: 'configure' });
    expect((await second.closed).code).toBe(1013);
    expect(recogniser.asked).toBe(1);
    made.open();
    while (server.stats().listeners > 0) await settle();
    expect(recogniser.underWay).toBe(0);
    const third = await connect('/hear');
    await third.send({ type: 'configure' }).got('ready');
    await seen(third);
  });
});
