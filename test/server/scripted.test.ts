import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { createScriptedEngine, scriptedText } from '../../src/engine/scripted.ts';
import { ManualClock } from '../support/manual-clock.ts';
import type { Client } from './support/client.ts';
import { bridge, direct, flush, init, start, text } from './support/start.ts';

/** The real codec and a real engine that needs nothing of the machine: what `vox serve --engine scripted` is. */
const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 24000, channels: 1 };

async function engineAlone(sentence: string, wanted = format): Promise<Buffer> {
  const request = { text: sentence, voice: 'scripted', speed: 1, language: 'en', format: wanted };
  const parts: Uint8Array[] = [];
  for await (const output of createScriptedEngine().synthesize(request, new AbortController().signal)) {
    if ('bytes' in output) parts.push(output.bytes);
  }
  return Buffer.concat(parts);
}

/** What was said. (A Buffer is a view of memory that it shares; the reader wants bytes of its own.) */
function said(audio: Uint8Array, wanted = format, msPerChar = 10): string {
  return scriptedText(new Uint8Array(audio), wanted, msPerChar);
}

const hash = (audio: Uint8Array) => createHash('sha256').update(audio).digest('hex');

/** What the JavaScript of seed 000 does, until it would write its file. */
async function seed(client: Client, sentences: readonly string[]): Promise<Buffer> {
  client.send(init, ...sentences.map((sentence) => text(sentence)), flush);
  await client.got('flushed');
  expect(client.types.filter((type) => type !== 'timestamps')).toEqual(['ready', 'flushed']);
  return client.audio;
}

describe('the SLNG dialect over the scripted engine', () => {
  const quickStart = ['Hello! This is a WebSocket TTS example.'];
  const batch = [
    'The sun rose over the mountains.',
    'Birds began to sing in the trees.',
    'A gentle breeze carried the scent of wildflowers across the valley.',
  ];

  it.each([
    ['direct', direct],
    ['bridge', bridge],
  ])('gives the programs of seed 000 their audio, byte for byte (%s)', async (_route, path) => {
    const { connect } = await start({ engine: createScriptedEngine() });
    const quick = await seed(await connect(path), quickStart);
    const wanted = [await engineAlone('Hello!'), await engineAlone('This is a WebSocket TTS example.')];
    expect(hash(quick)).toBe(hash(Buffer.concat(wanted)));

    const batched = await seed(await connect(path), batch);
    expect(hash(batched)).toBe(hash(Buffer.concat(await Promise.all(batch.map((sentence) => engineAlone(sentence))))));
  });

  it('says the same in JSON, in Deepgram’s casing and with audio_end', async () => {
    const binary = await start({ engine: createScriptedEngine() });
    const wanted = hash(await seed(await binary.connect(), batch));
    for (const [style, last] of [
      [{ audio: 'json' }, 'flushed'],
      [{ casing: 'deepgram' }, 'Flushed'],
      [{ end: 'audioEnd' }, 'audio_end'],
      [{ end: 'close' }, 'flushed'],
    ] as const) {
      const { connect } = await start({ engine: createScriptedEngine(), style });
      const client = await connect();
      client.send(init, ...batch.map((sentence) => text(sentence)), flush);
      await client.got(last);
      expect(hash(client.audio)).toBe(wanted);
    }
  });

  it.each(['mulaw', 'alaw', 'linear16'] as const)('speaks %s at 8 kHz', async (encoding) => {
    const { connect } = await start({ engine: createScriptedEngine() });
    const client = await connect();
    client.send({ type: 'init', config: { encoding, sample_rate: 8000 } }, text('Nine bytes'), flush);
    await client.got('flushed');
    expect(said(client.audio, { encoding, sampleRateHz: 8000, channels: 1 })).toBe('Nine bytes');
  });

  it('gives the same bytes however a text is divided and flushed at sentence ends', async () => {
    const { connect } = await start({ engine: createScriptedEngine({ msPerChar: 1 }) });
    const sentence = fc
      .array(fc.constantFrom('one', 'Two', 'Dr.', 'number', '3.14', 'naïve', 'e.g.', '“quoted”'), {
        minLength: 1,
        maxLength: 8,
      })
      .map((words) => `Say ${words.join(' ')} now. `);
    const client = await connect();
    client.send(init);
    let flushes = 0;
    let before = 0;
    const speak = async (messages: object[]) => {
      client.send(...messages);
      flushes += messages.filter((message) => message === flush).length;
      await client.got('flushed', flushes);
      const sound = client.audio.subarray(before);
      before = client.audio.length;
      return hash(sound);
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(sentence, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(200), { maxLength: 10 }),
        fc.nat(31),
        async (sentences, places, mask) => {
          const whole = sentences.join('');
          const wanted = await speak([text(whole), flush]);
          const splits = [0, ...places.filter((at) => at < whole.length).sort((a, b) => a - b), whole.length];
          const pieces = splits.slice(1).map((end, i) => whole.slice(splits[i], end));
          const inWord = pieces.some((piece, i) => /\.$/.test(piece) && /^\S/.test(pieces[i + 1] ?? ''));
          fc.pre(!inWord);
          expect(await speak([...pieces.map((piece) => text(piece)), flush])).toBe(wanted);
          const flushed = sentences.flatMap((words, i) => (mask & (1 << i) ? [text(words), flush] : [text(words)]));
          expect(await speak([...flushed, flush])).toBe(wanted);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('counts what an interruption stopped', async () => {
    const clock = new ManualClock();
    const engine = createScriptedEngine({ clock, delayMs: 100 });
    const { connect } = await start({ engine });
    const client = await connect();
    client.send(init, text('First of all words. And then more. Last.'), flush);
    await client.got('ready');
    client.send({ type: 'keepalive' }, '{');
    await client.got('error');
    await clock.advance(250);
    expect(engine.counts).toEqual({ started: 2, finished: 0, aborted: 0, failed: 0 });
    client.send({ type: 'cancel' });
    await client.got('cleared');
    await clock.advance(0);
    expect(engine.counts).toEqual({ started: 2, finished: 0, aborted: 2, failed: 0 });
    expect(clock.pending).toBe(0);
    const before = client.audio.length;
    client.send(text('Anew.'), flush, '{');
    await client.got('error', 2);
    await clock.advance(100);
    await client.got('flushed');
    expect(said(client.audio.subarray(before))).toBe('Anew.');
  });

  it('goes on after a failure of the engine', async () => {
    const { connect } = await start({ engine: createScriptedEngine({ failAt: /bad/ }) });
    const client = await connect();
    client.send(init, text('All was well. Then a bad word came.'), flush, text('Well again.'), flush);
    await client.got('flushed', 2);
    expect(await client.got('error')).toMatchObject({ code: 'provider_error', message: 'told to fail at "bad"' });
    expect(client.types.filter((type) => type !== 'timestamps')).toEqual(['ready', 'error', 'flushed', 'flushed']);
  });

  it('speaks for many at once, each its own', async () => {
    const { connect } = await start({ engine: createScriptedEngine({ msPerChar: 1 }) });
    const clients = await Promise.all(Array.from({ length: 12 }, () => connect()));
    for (const [i, client] of clients.entries()) client.send(init, text(`Client ${i} speaks alone.`), flush);
    for (const [i, client] of clients.entries()) {
      await client.got('flushed');
      expect(said(client.audio, format, 1)).toBe(`Client ${i} speaks alone.`);
    }
  });
});
