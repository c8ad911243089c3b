import { describe, expect, it } from 'vitest';
import type { AudioFormat, Encoding } from '../../src/audio/format.ts';
import { slngListen, slngSpeak } from '../../src/dialects/slng/index.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { createScriptedRecogniser } from '../../src/engine/scripted-recogniser.ts';
import type { Client } from './support/client.ts';
import { startListening } from './support/start-listening.ts';

/** The real codecs over engines that need nothing of the machine: what one route says, another hears. */
const mouth = '/v1/tts/slng/deepgram/aura:2-en';
const bridge = '/v1/bridges/unmute/stt/slng/deepgram/nova:3-en';
const direct = '/v1/stt/slng/deepgram/nova:3-en';

async function start(failAt?: RegExp) {
  const { server, connect } = await startListening({
    services: [slngSpeak, slngListen],
    engine: createScriptedEngine(),
    recogniser: createScriptedRecogniser({ ...(failAt && { failAt }) }),
  });
  return { server, connect };
}
type Connect = Awaited<ReturnType<typeof start>>['connect'];

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 };

function configOf({ encoding, sampleRateHz }: AudioFormat): object {
  return { encoding, sample_rate: sampleRateHz };
}

/** What the server says for a text, as sound. */
async function spoken(connect: Connect, text: string, wanted = format): Promise<Buffer> {
  const client = await connect(mouth);
  client.send({ type: 'init', config: configOf(wanted) }, { type: 'text', text }, { type: 'flush' });
  await client.got('flushed');
  await client.close();
  return client.audio;
}

/** A second of silence. */
function silence({ encoding, sampleRateHz }: AudioFormat): Buffer {
  const quiet: Partial<Record<Encoding, number>> = { mulaw: 0xff, alaw: 0xd5 };
  return Buffer.alloc(sampleRateHz * (encoding === 'linear16' ? 2 : 1), quiet[encoding] ?? 0);
}

async function listener(connect: Connect, path: string, config: object = {}): Promise<Client> {
  const client = await connect(path);
  client.send({ type: 'init', config: { ...configOf(format), language: 'en', enable_partials: true, ...config } });
  await client.until(() => client.messages.length > 0);
  return client;
}

/** In frames of 50 ms, and not of whole samples where `bytes` is odd. */
function send(client: Client, audio: Buffer, bytes = 1600): void {
  for (let at = 0; at < audio.length; at += bytes) client.socket.send(audio.subarray(at, at + bytes));
}

interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}
interface Result {
  readonly transcript: string;
  readonly isFinal: boolean;
  readonly speechFinal: boolean;
  readonly words: readonly Word[];
}

function resultsOf(client: Client): Result[] {
  return client.messages.flatMap((message) => {
    const { type, channel, is_final: isFinal, speech_final: speechFinal } = JSON.parse(JSON.stringify(message));
    return type === 'Results' ? [{ ...channel.alternatives[0], isFinal, speechFinal }] : [];
  });
}

function transcripts(client: Client, type: string): unknown[] {
  const found = client.messages.filter((message) => message.type === type).map((message) => message.transcript);
  return found.filter((text) => text !== '');
}

describe('what one route says, another hears', () => {
  it.each<[string, AudioFormat]>([
    ['linear16', format],
    ['linear16 at 8 kHz', { ...format, sampleRateHz: 8000 }],
    ['mulaw', { ...format, encoding: 'mulaw', sampleRateHz: 8000 }],
    ['alaw', { ...format, encoding: 'alaw', sampleRateHz: 8000 }],
  ])('over the bridge, in %s', async (_name, wanted) => {
    const { connect } = await start();
    const audio = await spoken(connect, 'The quick brown fox jumps.', wanted);
    const client = await listener(connect, bridge, configOf(wanted));
    send(client, audio);
    send(client, silence(wanted));
    await client.got('final_transcript');
    client.send({ type: 'close' });
    expect((await client.closed).code).toBe(1000);
    expect(transcripts(client, 'final_transcript')).toEqual(['The quick brown fox jumps.']);
    expect(transcripts(client, 'partial_transcript')).toContain('The quick brown');
  });

  it('over a direct route, with the times at which the words were said', async () => {
    const { connect } = await start();
    const audio = await spoken(connect, 'Two words and more.');
    const client = await listener(connect, direct);
    send(client, Buffer.concat([silence(format), audio, silence(format)]), 1601);
    client.send({ type: 'close' });
    await client.closed;
    const finals = resultsOf(client).filter(({ isFinal, transcript }) => isFinal && transcript !== '');
    expect(finals).toHaveLength(1);
    expect(finals[0]?.speechFinal).toBe(true);
    expect(finals[0]?.words.map(({ word }) => word)).toEqual(['two', 'words', 'and', 'more']);
    // 10 ms a character, behind a second of silence.
    expect(finals[0]?.words[1]).toMatchObject({ start: 1.04, end: 1.09 });
    const seconds = (audio.length + 2 * silence(format).length) / 32_000;
    expect(client.messages.at(-1)).toMatchObject({ type: 'Metadata', duration: seconds });
  });

  it('in pieces, where finalize asks for them', async () => {
    const { connect } = await start();
    const [first, second] = [await spoken(connect, 'First part'), await spoken(connect, 'second part')];
    const client = await listener(connect, bridge);
    send(client, first);
    client.send({ type: 'finalize' });
    await client.got('final_transcript');
    send(client, second);
    client.send({ type: 'finalize' });
    await client.got('final_transcript', 2);
    client.send({ type: 'close' });
    await client.closed;
    expect(transcripts(client, 'final_transcript')).toEqual(['First part', 'second part']);
  });

  it('by many at once, each its own', async () => {
    const { connect, server } = await start();
    const texts = Array.from({ length: 8 }, (_, i) => `This is what number ${i} has to say.`);
    const heard = await Promise.all(
      texts.map(async (text, i) => {
        const audio = await spoken(connect, text);
        const client = await listener(connect, i % 2 === 0 ? bridge : direct);
        send(client, audio, 401);
        client.send({ type: 'close' });
        expect((await client.closed).code).toBe(1000);
        const finals = resultsOf(client).filter(({ isFinal, transcript }) => isFinal && transcript !== '');
        return i % 2 === 0 ? transcripts(client, 'final_transcript') : finals.map(({ transcript }) => transcript);
      }),
    );
    expect(heard).toEqual(texts.map((text) => [text]));
    expect(server.stats()).toMatchObject({ listeners: 0, faults: 0, utterances: 8 });
  });
});

describe('a pause', () => {
  it('of less than half a second ends nothing where the client says nothing, and a shorter bound does', async () => {
    const { connect } = await start();
    const pause = silence(format).subarray(0, 0.4 * 32_000);
    const audio = Buffer.concat([await spoken(connect, 'Before'), pause, await spoken(connect, 'after.'), pause]);
    const finals = async (config: object) => {
      const client = await listener(connect, direct, config);
      send(client, audio);
      client.send({ type: 'close' });
      await client.closed;
      return resultsOf(client).flatMap(({ isFinal, transcript }) => (isFinal && transcript ? [transcript] : []));
    };
    expect(await finals({})).toEqual(['Before after.']);
    expect(await finals({ endpointing: 300 })).toEqual(['Before', 'after.']);
    expect(await finals({ endpointing: 0 })).toEqual(['Before after.']);
  });

  it('is told of as the end of an utterance where such events are wanted', async () => {
    const { connect } = await start();
    const audio = await spoken(connect, 'Done.');
    const client = await listener(connect, direct, { enable_vad: true });
    send(client, Buffer.concat([audio, silence(format), silence(format)]));
    client.send({ type: 'close' });
    await client.closed;
    const names = client.types.filter((type) => type === 'SpeechStarted' || type === 'UtteranceEnd');
    expect(names).toEqual(['SpeechStarted', 'UtteranceEnd']);
  });
});

describe('a recogniser that does not go on', () => {
  it('at the beginning, for a language that it does not have', async () => {
    const { connect } = await start();
    const client = await listener(connect, bridge, { language: 'sv' });
    expect((await client.closed).code).toBe(1008);
    expect(client.messages).toEqual([
      { type: 'error', code: 'config_error', message: expect.stringContaining('does not understand "sv"') },
    ]);
  });

  it('in the middle keeps what was heard, says so, and ends with 1011', async () => {
    const { connect } = await start(/fails/);
    const client = await listener(connect, bridge);
    send(client, Buffer.concat([await spoken(connect, 'This was fine.'), silence(format)]));
    await client.got('final_transcript');
    send(client, Buffer.concat([await spoken(connect, 'This fails .'), silence(format)]));
    expect((await client.closed).code).toBe(1011);
    expect(transcripts(client, 'final_transcript')).toEqual(['This was fine.']);
    expect(client.messages.at(-1)).toMatchObject({ type: 'error', code: 'provider_error' });
  });
});
