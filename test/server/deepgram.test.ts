import { describe, expect, it } from 'vitest';
import { deepgramListen, deepgramSpeak } from '../../src/dialects/deepgram/index.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { createScriptedRecogniser } from '../../src/engine/scripted-recogniser.ts';
import type { ServerOptions } from '../../src/server/server.ts';
import { Client } from './support/client.ts';
import { startListening } from './support/start-listening.ts';

/** Deepgram's dialect over engines that need nothing of the machine. */
const start = (options: Partial<ServerOptions> = {}) =>
  startListening({
    services: [deepgramSpeak, deepgramListen],
    engine: createScriptedEngine(),
    recogniser: createScriptedRecogniser(),
    ...options,
  });
type Connect = Awaited<ReturnType<typeof start>>['connect'];

const mouth = '/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=16000';
const ear = '/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true';
const flush = { type: 'Flush' };
const speak = (text: string) => ({ type: 'Speak', text });

async function spoken(connect: Connect, text: string): Promise<Buffer> {
  const client = await connect(mouth);
  client.send(speak(text), flush);
  await client.got('Flushed');
  await client.close();
  return client.audio;
}

function send(client: Client, audio: Buffer): void {
  for (let at = 0; at < audio.length; at += 1600) client.socket.send(audio.subarray(at, at + 1600));
}

/** The headers of a 101 are told once, before it is open. */
async function greeting(url: string, headers: Record<string, string> = {}, subprotocols: string[] = []) {
  const { default: WebSocket } = await import('ws');
  const socket = new WebSocket(url, subprotocols, { headers });
  const told = new Promise<Record<string, unknown>>((resolve) => {
    socket.once('upgrade', (response) => resolve({ ...response.headers }));
  });
  const found = await told;
  socket.close();
  return found;
}

describe('speech out', () => {
  it('greets first, speaks, and acknowledges in one row', async () => {
    const { connect } = await start();
    const client = await connect(mouth);
    const metadata = await client.got('Metadata');
    expect(metadata).toMatchObject({ request_id: 'sess_tts_1', model_name: 'aura-2-thalia-en' });
    client.send(speak('Hello there. '), flush);
    expect(await client.got('Flushed')).toEqual({ type: 'Flushed', sequence_id: 0 });
    expect(client.audio.length).toBeGreaterThan(1000);
    client.send({ type: 'Clear' });
    expect(await client.got('Cleared')).toEqual({ type: 'Cleared', sequence_id: 1 });
    client.send(speak('And again.'), flush);
    expect(await client.got('Flushed', 2)).toEqual({ type: 'Flushed', sequence_id: 2 });
    expect(client.story).toEqual(['Metadata', 'audio', 'Flushed', 'Cleared', 'audio', 'Flushed']);
  });

  it('takes what comes before its greeting', async () => {
    const { connect } = await start();
    const client = await connect(mouth);
    client.send(speak('Hi.'), flush);
    await client.got('Flushed');
    expect(client.story).toEqual(['Metadata', 'audio', 'Flushed']);
  });

  it('says to its end what Close leaves, then closes with 1000', async () => {
    const { connect } = await start();
    const whole = await spoken(connect, 'One sentence. Another one.');
    const client = await connect(mouth);
    client.send(speak('One sentence. Another one.'), { type: 'Close' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.audio.equals(whole)).toBe(true);
  });

  it.each<[string, (client: Client) => void, number, RegExp]>([
    ['an unknown type', (client) => client.send({ type: 'Shout' }), 1008, /^DATA-0000: /],
    ['no JSON', (client) => client.send('Hello'), 1008, /^DATA-0000: /],
    ['bytes', (client) => client.socket.send(Buffer.of(1, 2)), 1003, /^MESSAGE-0000: /],
  ])('closes for %s, as Deepgram does', async (_, act, code, reason) => {
    const { connect, server } = await start();
    const client = await connect(mouth);
    act(client);
    const closed = await client.closed;
    expect(closed.code).toBe(code);
    expect(closed.reason).toMatch(reason);
    expect(server.stats().faults).toBe(1);
  });
});

describe('speech in', () => {
  it('says nothing at open, hears, answers Finalize, sums up and closes with 1000', async () => {
    const { connect } = await start();
    const audio = await spoken(connect, 'one two three');
    const client = await connect(`${ear}&vad_events=true`);
    send(client, audio);
    client.send({ type: 'KeepAlive' }, { type: 'Finalize' });
    await client.until(() => client.messages.some((message) => message.from_finalize === true));
    client.send({ type: 'CloseStream' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.types[0]).toBe('SpeechStarted');
    const [metadata] = client.messages.slice(-1);
    expect(metadata).toMatchObject({
      type: 'Metadata',
      channels: 1,
      request_id: 'sess_stt_2',
      transaction_key: 'deprecated',
    });
    const final = client.messages.find((message) => message.from_finalize === true);
    expect(final).toMatchObject({ is_final: true, channel: { alternatives: [{ transcript: 'one two three' }] } });
  });

  it('reads a WAV file that says itself what it is', async () => {
    const { connect } = await start();
    const audio = await spoken(connect, 'one two');
    const client = await connect('/v1/listen?model=nova-3');
    const header = Buffer.from(
      '524946460000000057415645666d74201000000001000100803e0000007d0000020010006461746100000000',
      'hex',
    );
    send(client, Buffer.concat([header, audio]));
    client.send({ type: 'CloseStream' });
    await client.closed;
    const finals = client.messages.filter((message) => message.is_final === true);
    expect(JSON.stringify(finals)).toContain('"transcript":"one two"');
  });

  it('closes for what is no audio with 1008, and for no message of its own it does not', async () => {
    const { connect } = await start();
    const client = await connect('/v1/listen?model=nova-3');
    client.socket.send(Buffer.from('not audio at all, whatever it is'));
    expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringMatching(/^DATA-0000: /) });
    const other = await connect(ear);
    other.send({ type: 'Shout' }, 'Hello');
    expect(await other.got('Error', 2)).toMatchObject({ variant: 'SchemaError' });
    expect(other.isClosed).toBe(false);
  });
});

describe('an upgrade', () => {
  it('is answered with the name of the request and of the model', async () => {
    const { server } = await start({ key: 'K' });
    expect(await greeting(server.wsUrl + mouth, { Authorization: 'Token K' })).toMatchObject({
      'dg-request-id': 'sess_tts_1',
      'dg-model-name': 'aura-2-thalia-en',
    });
    expect(await greeting(server.wsUrl + ear, {}, ['token', 'K'])).toMatchObject({
      'dg-request-id': 'sess_stt_2',
      'dg-model-name': 'nova-3',
      'sec-websocket-protocol': 'token',
    });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['Token', { Authorization: 'Token K' }, []],
    ['Bearer', { Authorization: 'bearer K' }, []],
    ['a subprotocol', {}, ['token', 'K']],
    ['a subprotocol for temporary ones', {}, ['bearer', 'K']],
  ])('shows its key as %s', async (_, headers, subprotocols) => {
    const { server } = await start({ key: 'K' });
    const client = await Client.open(server.wsUrl + mouth, headers, subprotocols);
    await client.got('Metadata');
    expect(client.socket.protocol).toBe(subprotocols[0] ?? '');
    await client.close();
  });

  it.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['a wrong key', { Authorization: 'Token k' }],
  ])('with %s is refused in Deepgram’s words', async (_, headers) => {
    const { server } = await start({ key: 'K' });
    const refused = await Client.refused(server.wsUrl + mouth, headers);
    expect(refused).toMatchObject({
      status: 401,
      body: { err_code: 'INVALID_AUTH', err_msg: 'Invalid credentials.', request_id: 'sess_tts_1' },
      headers: { 'dg-error': 'Invalid credentials.', 'dg-request-id': 'sess_tts_1' },
    });
    expect(JSON.stringify(refused)).not.toContain('Token k');
  });

  it('too many is refused as to a full project', async () => {
    const { server } = await start({ limits: { sessions: 0 } });
    expect(await Client.refused(server.wsUrl + ear)).toMatchObject({
      status: 429,
      body: { err_code: 'TOO_MANY_REQUESTS' },
    });
  });

  it('of a format that is not there is refused with 400', async () => {
    const { server } = await start();
    expect(await Client.refused(`${server.wsUrl}/v1/speak?encoding=mp3`)).toMatchObject({
      status: 400,
      body: {
        err_code: 'INVALID_QUERY_PARAMETER',
        err_msg: 'Unsupported audio format: encoding=mp3',
        request_id: 'sess_tts_1',
      },
      headers: { 'dg-error': 'Unsupported audio format: encoding=mp3', 'dg-request-id': 'sess_tts_1' },
    });
  });

  it.each(['/v1/speak?encoding=mp3', '/v1/listen?interim_results=yes'])('%s is told to its key only', async (bad) => {
    const { server } = await start({ key: 'K' });
    expect(await Client.refused(server.wsUrl + bad)).toMatchObject({ status: 401, body: { err_code: 'INVALID_AUTH' } });
    const told = await Client.refused(server.wsUrl + bad, { Authorization: 'Token K' });
    expect(told).toMatchObject({ status: 400, body: { err_code: 'INVALID_QUERY_PARAMETER' } });
    expect(told.body).toHaveProperty('request_id', told.headers['dg-request-id']);
  });
});
