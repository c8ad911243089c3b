import { describe, expect, it } from 'vitest';
import { slngListen, slngSpeak } from '../../src/dialects/slng/index.ts';
import type { ServerOptions } from '../../src/server/server.ts';
import type { Client } from './support/client.ts';
import { heard } from './support/fake-engine.ts';
import { sound } from './support/fake-recogniser.ts';
import { seen, startListening } from './support/start-listening.ts';

const bridge = '/v1/bridges/unmute/stt/slng/deepgram/nova:3-en';
const direct = '/v1/stt/slng/deepgram/nova:3-en';

const init = {
  type: 'init',
  config: { language: 'en', sample_rate: 16_000, encoding: 'linear16', enable_partials: true },
};
const finalize = { type: 'finalize' };
const close = { type: 'close' };

async function start(options: Partial<ServerOptions> = {}) {
  return startListening({ services: [slngSpeak, slngListen], ...options });
}

/** The transcripts of messages of a type, in order. */
function said(client: Client, type: string): unknown[] {
  return client.messages.filter((message) => message.type === type).map((message) => message.transcript);
}

/** The transcripts of Deepgram's results, finals alone. */
function results(client: Client): unknown[] {
  return client.messages.flatMap((message) => {
    const { type, is_final: isFinal, channel } = JSON.parse(JSON.stringify(message));
    return type === 'Results' && isFinal ? [channel.alternatives[0].transcript] : [];
  });
}

describe('the bridge', () => {
  it('goes from ready over partials and finals to a close with 1000', async () => {
    const { connect } = await start();
    const client = await connect(bridge);
    client.send(init);
    expect(await client.got('ready')).toMatchObject({ session_id: 'sess_stt_1' });
    client.socket.send(sound('hello '));
    expect(await client.got('partial_transcript')).toMatchObject({ transcript: 'hello', confidence: 0.5 });
    client.socket.send(sound('there. and'));
    expect(await client.got('final_transcript')).toMatchObject({
      ...{ transcript: 'hello there.', confidence: 0.5, language: 'en-US', duration: 12 / 16_000 },
    });
    client.send(finalize);
    expect(await client.got('final_transcript', 2)).toMatchObject({ transcript: 'and' });
    client.socket.send(sound('more'));
    client.send({ type: 'keepalive' }, close);
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(said(client, 'final_transcript')).toEqual(['hello there.', 'and', 'more']);
  });

  it('hears what comes between init and ready', async () => {
    const { connect } = await start();
    const client = await connect(bridge);
    client.send(init);
    client.socket.send(sound('at once.'));
    client.send(close);
    await client.closed;
    expect(client.types).toEqual(['ready', 'final_transcript']);
  });

  it('refuses audio before init in words, and goes on', async () => {
    const { connect, recogniser } = await start();
    const client = await connect(bridge);
    client.socket.send(sound('too early.'));
    expect(await client.got('error')).toMatchObject({ message: expect.stringContaining('before init') });
    client.send(init);
    await client.got('ready');
    client.socket.send(sound('now.'));
    expect(await client.got('final_transcript')).toMatchObject({ transcript: 'now.' });
    expect(recogniser.stream.heard).toBe('now.');
  });

  it('closes with 1008 on a client that sends nothing else', async () => {
    const { connect } = await start({ limits: { badMessages: 10 } });
    const client = await connect(bridge);
    for (let i = 0; i < 30; i++) client.socket.send(sound('x'));
    expect((await client.closed).code).toBe(1008);
    expect(client.types).toHaveLength(10);
  });

  it('takes frames that end inside a sample, and base64', async () => {
    const { connect, recogniser } = await start();
    const client = await connect(bridge);
    client.send(init);
    await client.got('ready');
    const bytes = sound('odd bytes.');
    for (const byte of bytes) client.socket.send(Buffer.from([byte]));
    client.send({ type: 'audio', data: sound('in base64.').toString('base64') });
    await client.got('final_transcript', 2);
    expect(said(client, 'final_transcript')).toEqual(['odd bytes.', 'in base64.']);
    expect(recogniser.stream.heard).toBe('odd bytes.in base64.');
  });

  it('sends no partials where none are wanted', async () => {
    const { connect } = await start();
    const client = await connect(bridge);
    client.send({ type: 'init', config: { enable_partials: false } });
    await client.got('ready');
    client.socket.send(sound('quiet '));
    client.socket.send(sound('now.'));
    await client.got('final_transcript');
    expect(client.types).toEqual(['ready', 'final_transcript']);
  });
});

describe('a direct route to Deepgram', () => {
  it('answers in Deepgram’s messages, with words, and ends with Metadata', async () => {
    const { connect } = await start();
    const client = await connect(direct);
    client.send({ ...init, config: { ...init.config, enable_vad: true, endpointing: 300 } });
    expect(await client.got('Metadata')).toMatchObject({ duration: 0 });
    client.socket.send(sound('one two.'));
    await client.until(() => results(client).length === 1);
    const final = client.messages.find((message) => message.is_final === true);
    expect(final).toMatchObject({
      ...{ start: 0, duration: 8 / 16_000, speech_final: true, from_finalize: false },
      channel: { alternatives: [{ transcript: 'one two.', confidence: 0.5, words: [{ start: 0, end: 8 / 16_000 }] }] },
    });
    client.socket.send(sound('rest'));
    client.send(finalize);
    await client.until(() => results(client).length === 2);
    expect(client.messages.at(-1)).toMatchObject({ from_finalize: true, speech_final: false });
    client.send(close);
    expect((await client.closed).code).toBe(1000);
    expect(results(client)).toEqual(['one two.', 'rest']);
    expect(client.messages.at(-1)).toMatchObject({ type: 'Metadata', duration: 12 / 16_000 });
  });

  it('passes a client’s silences on', async () => {
    const { connect, recogniser } = await start();
    const client = await connect(direct);
    client.send({ type: 'init', config: { endpointing: 0, utterance_end_ms: 1500, sample_rate: 8000 } });
    await client.got('Metadata');
    expect(recogniser.stream.settings).toMatchObject({
      ...{ endpointingMs: false, utteranceEndMs: 1500, sampleRateHz: 8000 },
    });
    recogniser.stream.give({ type: 'utteranceEnd', lastWordEndMs: 700 }, { type: 'speechStarted', atMs: 9 });
    client.send(close);
    await client.closed;
    expect(client.types).toEqual(['Metadata', 'UtteranceEnd', 'Metadata']);
  });
});

describe('refusals in the protocol’s words', () => {
  it('too many listeners: rate_limit, with their number, then 1013', async () => {
    const { connect } = await start({ limits: { listeners: 1 } });
    const first = await connect(bridge);
    first.send(init);
    await first.got('ready');
    const second = await connect(bridge);
    second.send(init);
    expect((await second.closed).code).toBe(1013);
    expect(second.messages).toEqual([
      { type: 'error', code: 'rate_limit', message: 'this server listens to 1 at once, and has no place left' },
    ]);
    const third = await connect(direct);
    third.send(init);
    expect((await third.closed).code).toBe(1013);
    expect(third.messages).toMatchObject([{ type: 'Error', code: 'rate_limit' }]);
    first.socket.send(sound('fine.'));
    expect(await first.got('final_transcript')).toMatchObject({ transcript: 'fine.' });
  });

  it('a language that is not had: config_error, then 1008', async () => {
    const { connect } = await start();
    const client = await connect(bridge);
    client.send({ ...init, config: { language: 'xx' } });
    expect((await client.closed).code).toBe(1008);
    expect(client.messages).toEqual([{ type: 'error', code: 'config_error', message: 'xx is not understood here' }]);
  });

  it('an engine that fails: provider_error, then 1011', async () => {
    const { connect, recogniser } = await start();
    const client = await connect(bridge);
    client.send(init);
    await client.got('ready');
    recogniser.stream.give(new Error('it broke'));
    expect((await client.closed).code).toBe(1011);
    expect(client.messages.at(-1)).toEqual({ type: 'error', code: 'provider_error', message: 'it broke' });
  });
});

describe('several clients at once', () => {
  it('each get their own words, and one that is cut off harms no other', async () => {
    const { connect, recogniser, server } = await start();
    const names = ['ada', 'bo', 'cyn', 'dee', 'eve'];
    const clients = await Promise.all(names.map((_, i) => connect(i % 2 === 0 ? bridge : direct)));
    for (const client of clients) client.send(init);
    await Promise.all(clients.map((client) => client.until(() => client.messages.length > 0)));
    const cut = await connect(bridge);
    cut.send(init);
    await cut.got('ready');
    for (let round = 0; round < 20; round++) {
      clients.forEach((client, i) => {
        client.socket.send(sound(`${names[i]} says ${round}. `));
      });
      cut.socket.send(sound('I will be '));
      if (round === 10) cut.socket.terminate();
    }
    for (const client of clients) client.send(close);
    for (const [i, client] of clients.entries()) {
      expect((await client.closed).code).toBe(1000);
      const finals = i % 2 === 0 ? said(client, 'final_transcript') : results(client);
      const wanted = Array.from({ length: 20 }, (_, round) => `${names[i]} says ${round}.`);
      expect(finals.filter((text) => text !== '')).toEqual(wanted);
    }
    const last = await connect(bridge);
    while (server.stats().sessions > 1) await seen(last);
    expect(recogniser.underWay).toBe(0);
    expect(server.stats()).toMatchObject({ listeners: 0, sessionsTotal: 7 });
  });

  it('speak and listen beside each other', async () => {
    const { connect } = await start();
    const [listener, speaker] = [await connect(bridge), await connect('/v1/tts/slng/deepgram/aura:2-en')];
    listener.send(init);
    speaker.send(
      { type: 'init', config: { encoding: 'linear16', sample_rate: 24_000 } },
      { type: 'text', text: 'Said and heard.' },
      { type: 'flush' },
    );
    await speaker.got('flushed');
    expect(heard(speaker.audio)).toBe('Said and heard.');
    listener.socket.send(speaker.audio);
    expect(await listener.got('final_transcript')).toMatchObject({ transcript: 'Said and heard.' });
  });
});
