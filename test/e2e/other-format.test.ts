import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { likenessDb } from '../audio/compressed.ts';
import { faultyServer } from '../support/faulty-server.ts';
import { needs } from '../support/programs.ts';
import { type Recording, type SoundCard, soundCardPrograms, sounding, startSoundCard } from '../support/sound-card.ts';
import { type Served, serve } from '../support/vox.ts';
import { parseTrace } from '../support/wire-fixture.ts';
import { samplesOf, turnOf } from './played.ts';
import { expectFailure, key, wavBytes, workplace } from './workplace.ts';

/** A service that sends mp3 whatever it is asked for: `vox serve`, which is never told of a format. */
interface Relay {
  readonly wsUrl: string;
  close(): void;
}

async function relayTo(upstream: string): Promise<Relay> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (client, request) => relay(client, request, upstream));
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { wsUrl: `ws://127.0.0.1:${address.port}`, close: () => server.close() };
}

function relay(client: WebSocket, request: IncomingMessage, upstream: string): void {
  const url = new URL(request.url ?? '', upstream);
  url.searchParams.delete('audio_format');
  const service = new WebSocket(url);
  const early: string[] = [];
  service.on('open', () => {
    for (const text of early.splice(0)) service.send(text);
  });
  client.on('message', (data) => {
    if (service.readyState === WebSocket.OPEN) service.send(String(data));
    else early.push(String(data));
  });
  service.on('message', (data) => client.send(String(data)));
  service.on('close', (code, reason) => client.close(code, String(reason)));
  client.on('close', () => service.close());
}

const place = workplace();
let server: Served;
let other: Relay;
let original: Int16Array;
const text = 'Hello there, my friend. How are you?';
const at = ({ wsUrl }: { wsUrl: string }) => ['--provider', 'telnyx', '--endpoint', wsUrl];
const withKey = { env: { SLNG_API_KEY: undefined, TELNYX_API_KEY: key } };
const synth = (...args: string[]) => place.vox(['synth', text, ...args], withKey);

beforeAll(async () => {
  server = await serve();
  other = await relayTo(server.wsUrl);
  expect(await synth('-q', '-o', 'original.pcm', ...at(server))).toMatchObject({ code: 0 });
  original = samplesOf(readFileSync(place.file('original.pcm')));
});
afterAll(async () => {
  other.close();
  expect(await server.stop()).toBe(0);
  place.remove();
});

/** What an encoder puts in front and behind each of two sentences, and a packet. */
const spareSamples = 4 * 1152;

function expectAlike(pcm: Uint8Array, sampleRateHz = 24_000): void {
  const samples = samplesOf(pcm);
  expect(Math.abs(samples.length - (original.length * sampleRateHz) / 24_000)).toBeLessThan(spareSamples);
  // The second sentence is later than it was, by what stands between the two streams: the first tells enough.
  if (sampleRateHz === 24_000) expect(likenessDb(samples, original.subarray(0, 24_000))).toBeGreaterThan(10);
}

const suite = needs('ffmpeg');

suite.describe('a service that sends mp3, asked for linear16', () => {
  it('is decoded into a WAV, with a warning, figures that are right or not there, and a trace that says so', async () => {
    const ran = await synth('--json', '-o', 'x.wav', '--trace', 'x.jsonl', ...at(other));
    expect(ran).toMatchObject({ code: 0 });
    expectAlike(wavBytes(place.file('x.wav')));
    expect(ran.stdout.toString()).toContain('"code":"other_format"');
    const turn = turnOf(ran);
    expect(turn).toMatchObject({ ended: 'done', ttfbMs: expect.any(Number), bytes: expect.any(Number) });
    for (const name of ['audioMs', 'rtf', 'deliveryRate', 'leadingSilenceMs', 'ttfaMs'])
      expect(turn[name]).toBe(undefined);
    const trace = readFileSync(place.file('x.jsonl'), 'utf8');
    const [fixture, ...more] = parseTrace('x.jsonl', trace);
    expect(more).toEqual([]);
    const events = fixture?.lines.flatMap((line) =>
      'event' in line && line.event.type === 'audio' ? [line.event] : [],
    );
    const encodings = events?.map(({ chunk }) => chunk.format?.encoding);
    expect(new Set(encodings)).toEqual(new Set(['mp3']));
  });

  it('is decoded into a pipe', async () => {
    const ran = await synth('-q', '-o', '-', '--format', 'pcm', ...at(other));
    expect(ran).toMatchObject({ code: 0 });
    expectAlike(ran.stdout);
  });

  it('is resampled to the rate that was asked for', async () => {
    const ran = await synth('-q', '-o', 'low.pcm', '--sample-rate', '16000', ...at(other));
    expect(ran).toMatchObject({ code: 0 });
    expectAlike(readFileSync(place.file('low.pcm')), 16_000);
  });

  it('is made into Opus for a file of that', async () => {
    expect(await synth('-q', '-o', 'x.opus', ...at(other))).toMatchObject({ code: 0 });
    expect(readFileSync(place.file('x.opus')).toString('latin1', 0, 4)).toBe('OggS');
  });

  it('passes as it is into an .mp3', async () => {
    for (const [name, from] of [
      ['asked.mp3', server],
      ['unasked.mp3', other],
    ] as const) {
      expect(await synth('-q', '-o', name, ...at(from))).toMatchObject({ code: 0, stderr: '' });
    }
    const asked = readFileSync(place.file('asked.mp3'));
    expect(asked[0]).toBe(0xff);
    expect(readFileSync(place.file('unasked.mp3')).equals(asked)).toBe(true);
  });
});

suite.describe('Vorbis', () => {
  /** An Ogg page, and its first packet. */
  const isVorbis = (name: string) => {
    const start = readFileSync(place.file(name)).toString('latin1', 0, 35);
    return start.startsWith('OggS') && start.endsWith('vorbis');
  };

  it('goes into a file as a voice of Telnyx’s sends it, by the name of the file or by --encoding', async () => {
    const voice = ['-v', 'Nova.New.x', ...at(server)];
    expect(await synth('-q', '-o', 'x.ogg', ...voice)).toMatchObject({ code: 0, stderr: '' });
    expect(await synth('-q', '-o', 'x.raw', '--encoding', 'vorbis', ...voice)).toMatchObject({ code: 0, stderr: '' });
    expect(isVorbis('x.ogg')).toBe(true);
    expect(readFileSync(place.file('x.raw')).equals(readFileSync(place.file('x.ogg')))).toBe(true);
  });

  it('is made here where a service does not send it', async () => {
    expect(await synth('-q', '-o', 'own.ogg', '--provider', 'local')).toMatchObject({ code: 0, stderr: '' });
    expect(isVorbis('own.ogg')).toBe(true);
  });
});

it.each([
  ['telnyx', 'cannot play it'],
  ['deepgram', 'deepgram does not send vorbis'],
  ['slng', 'slng does not send vorbis'],
])('Vorbis is not played, which %s is not even asked for', async (provider, why) => {
  const say = ['say', text, '--encoding', 'vorbis', '-v', 'Nova.New.x', '--provider', provider];
  const env = { SLNG_API_KEY: key, DEEPGRAM_API_KEY: key, TELNYX_API_KEY: key };
  const ran = await place.vox([...say, '--endpoint', 'ws://127.0.0.1:1'], { env });
  expectFailure(ran, 'E_UNSUPPORTED', new RegExp(why));
});

const player = 'paplay';

/** A card that is starved plays zeros between the samples, blocks of them: neither the decoder nor the voice does. */
function withoutGaps(samples: Int16Array): Int16Array {
  const kept: number[] = [];
  let zeros = 0;
  for (const sample of samples) {
    zeros = sample === 0 ? zeros + 1 : 0;
    kept.push(sample);
    if (zeros === leastGapSamples) kept.length -= leastGapSamples;
    else if (zeros > leastGapSamples) kept.pop();
  }
  return Int16Array.from(kept);
}

/** 5 ms at 24 kHz. */
const leastGapSamples = 120;

needs('ffmpeg', player, ...soundCardPrograms).describe('mp3 on a loudspeaker', () => {
  let card: SoundCard;
  let recording: Recording;
  beforeAll(() => {
    card = startSoundCard(24_000);
  });
  beforeEach(async () => {
    recording = await card.record();
    return () => recording.stop();
  });
  afterAll(() => card.stop());
  const say = (...args: string[]) =>
    place.vox(['say', '--player', player, '--json', text, ...args], { env: { ...withKey.env, ...card.env } });

  it.each([
    ['that was asked for', () => ['--encoding', 'mp3', ...at(server)]],
    ['that was not', () => at(other)],
  ])('%s is heard', async (_, args) => {
    const ran = await say(...args());
    expect(ran).toMatchObject({ code: 0 });
    expect(turnOf(ran)).toMatchObject({ ended: 'done', underruns: 0 });
    await recording.untilSilent(sounding(original).length, 100);
    const from = recording.samples.findIndex((sample) => sample !== 0);
    // Where in the encoder's own silence the first sample that is none stands, nobody knows.
    const played = recording.samples.slice(Math.max(0, from - 4000));
    expect(likenessDb(withoutGaps(played), original.subarray(0, 24_000), 8000)).toBeGreaterThan(10);
  });

  it('is no noise where it is none: an error', async () => {
    const noisy = await faultyServer({ on: { flush: [[{ audio: new Uint8Array(40_000).fill(0x55) }]] } });
    const args = ['--encoding', 'mp3', '--endpoint', noisy.wsUrl];
    const env = { ...card.env };
    const ran = await place.vox(['say', '--player', player, text, ...args], { env }).finally(() => noisy.close());
    expectFailure(ran, 'E_UNSUPPORTED', /is called mp3, and is none/);
  });
});
