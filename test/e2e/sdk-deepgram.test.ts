import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { recordings, withRecordings } from '../support/recordings.ts';
import { type Served, serve } from '../support/vox.ts';
import { ofType, runProgram, type SdkPlace, told } from './sdk.ts';
import { spoken, wavOf } from './spoken.ts';
import { key, workplace } from './workplace.ts';

/** Deepgram's own SDKs against `vox serve`, each in a process of its own. They know nothing of us but the URL. */
const place = workplace();
let local: Served;
let scripted: Served;
beforeAll(async () => {
  const env = { VOX_SERVE_KEY: key };
  [local, scripted] = await Promise.all([serve([], env), serve(['--engine', 'scripted'], env)]);
  place.put('hello.wav', wavOf(await spoken('Hello there.', 1500, 'And again.', 100)));
});
afterAll(async () => {
  expect(await Promise.all([local.stop(), scripted.stop()])).toEqual([0, 0]);
  place.remove();
});

const at = ({ wsUrl, url }: Served): SdkPlace => ({ wsUrl, url, key, cwd: place.path });
const read = (name: string) => readFileSync(place.file(name));
const options = (settings: object) => ({ DEEPGRAM_OPTIONS: JSON.stringify(settings) });
const wrongKey = { DEEPGRAM_API_KEY: 'another' };

/** What a refused upgrade is to 5.x: its event has the status, and no more. */
function refused(status: number): object[] {
  const message = `Unexpected server response: ${status}`;
  return [
    { type: 'error', isError: true, message },
    { type: 'thrown', name: 'ErrorEvent', message },
    { type: 'close', code: 1000 },
  ];
}

describe('@deepgram/sdk 5, speak', () => {
  const speak = async (steps: string[], env: Record<string, string> = {}, server = local) =>
    told(await runProgram(at(server), 'deepgram-5-speak.mjs', steps, { env }));

  it('gets the bytes that vox synth gets, Metadata before them and Flushed behind them, and a close with 1000', async () => {
    const text = 'Dr. Smith paid 3.14 dollars. Nobody knows why.';
    const messages = await speak([`speak:${text}`, 'flush', 'await:Flushed', 'close']);
    const audio = read('output.pcm');
    expect(messages).toMatchObject([
      { type: 'Metadata', request_id: expect.stringMatching(/./), model_name: 'aura-2-thalia-en', audioBytes: 0 },
      { type: 'Flushed', sequence_id: 0, audioBytes: audio.length },
      { type: 'close', code: 1000 },
    ]);
    for (const args of [[], ['--provider', 'deepgram', '--endpoint', local.wsUrl]]) {
      const env = { SLNG_API_KEY: undefined, DEEPGRAM_API_KEY: args.length > 0 ? key : undefined };
      expect(await place.vox(['synth', '-q', '-o', 'synth.pcm', text, ...args], { env })).toMatchObject({ code: 0 });
      expect(read('synth.pcm').equals(audio)).toBe(true);
    }
  });

  it.each([
    ['linear16', 48_000, 2],
    ['mulaw', 8000, 1],
    ['alaw', 16_000, 1],
  ])('gets %s at %d Hz', async (encoding, sample_rate, bytesEach) => {
    const steps = ['speak:Hello there.', 'flush', 'await:Flushed', 'close'];
    await speak(steps, options({ encoding, sample_rate }), scripted);
    // The scripted engine: 10 ms a byte of text.
    expect(read('output.pcm').length).toBe(12 * (sample_rate / 100) * bytesEach);
  });

  it('has every Flush and Clear acknowledged, by numbers from 0', async () => {
    const steps = ['speak:One.', 'flush', 'await:Flushed', 'speak:Two', 'clear', 'await:Cleared', 'flush'];
    const messages = await speak([...steps, 'await:Flushed', 'close'], {}, scripted);
    expect(messages.slice(1)).toMatchObject([
      { type: 'Flushed', sequence_id: 0 },
      { type: 'Cleared', sequence_id: 1 },
      { type: 'Flushed', sequence_id: 2 },
      { type: 'close', code: 1000 },
    ]);
    expect(read('output.pcm').length).toBe(2 * 240 * 'One.'.length);
  });

  it('is told a Warning, in the words of the specification and in those of the live service', async () => {
    const messages = await speak(['speak:Привет.', 'flush', 'await:Flushed', 'close']);
    const [warning, ...more] = ofType(messages, 'Warning');
    expect(more).toEqual([]);
    expect(warning).toMatchObject({ code: 'unread', description: expect.stringContaining('Привет') });
    expect(warning).toMatchObject({ warn_code: warning?.code, warn_msg: warning?.description });
  });

  it('is told a Warning for the 21st Flush within a minute, which is not done, where the limits are strict', async () => {
    const strict = await serve(['--engine', 'scripted', '--strict-limits'], { VOX_SERVE_KEY: key });
    const steps = Array.from({ length: 21 }, () => ['speak:x', 'flush']).flat();
    const messages = await speak([...steps, 'await:Warning', 'close'], {}, strict);
    expect(await strict.stop()).toBe(0);
    expect(ofType(messages, 'Warning')).toMatchObject([{ code: 'EXCESSIVE_FLUSH', warn_code: 'EXCESSIVE_FLUSH' }]);
    expect(ofType(messages, 'Flushed').map(({ sequence_id }) => sequence_id)).toEqual([...Array(20).keys()]);
    expect(messages.at(-1)).toMatchObject({ type: 'close', code: 1000 });
    // Its text is spoken at the end, with what else was not flushed.
    expect(read('output.pcm').length).toBe(2 * 240 * 21);
  });

  it('is closed on, with the reason, for a text that is too long, where the limits are strict', async () => {
    const strict = await serve(['--engine', 'scripted', '--strict-limits'], { VOX_SERVE_KEY: key });
    const messages = await speak([`speak:${'x'.repeat(2001)}`], {}, strict);
    expect(await strict.stop()).toBe(0);
    expect(messages.at(-1)).toMatchObject({ type: 'close', code: 1009, reason: expect.stringMatching(/^BIG-0001/) });
  });

  it('has what was not flushed spoken before the close that it asks for', async () => {
    const messages = await speak(['speak:Hello there.', 'close'], {}, scripted);
    expect(messages.at(-1)).toMatchObject({ type: 'close', code: 1000 });
    expect(read('output.pcm').length).toBe(2 * 240 * 'Hello there.'.length);
  });

  it.each([
    ['a wrong key', wrongKey, 401],
    ['a rate that there is not', options({ sample_rate: 11_025 }), 400],
    ['an encoding that is not streamed', options({ encoding: 'mp3' }), 400],
  ])('is refused %s, as its own kind of error', async (_what, env, status) => {
    expect(await speak([], env)).toMatchObject(refused(status));
  });
});

describe('@deepgram/sdk 5, listen', () => {
  const listen = async (file: string, steps: string[], env: Record<string, string> = {}, server = scripted) =>
    told(await runProgram(at(server), 'deepgram-5-listen.mjs', [file, ...steps], { env }));

  it('gets interim and final Results, SpeechStarted and UtteranceEnd where it asks for them, Metadata, and 1000', async () => {
    const messages = await listen('hello.wav', ['close'], options({ vad_events: true, utterance_end_ms: 1000 }));
    const finals = ofType(messages, 'Results').filter(({ is_final }) => is_final);
    expect(finals.map(transcript)).toEqual(['Hello there.', 'And again.']);
    expect(finals).toMatchObject([{ start: 0, speech_final: true }, { speech_final: false }]);
    const interims = ofType(messages, 'Results').filter(({ is_final }) => !is_final);
    expect(interims.map(transcript)).toContain('Hello');
    expect(ofType(messages, 'SpeechStarted')).toMatchObject([{ channel: [0, 1] }, { channel: [0, 1] }]);
    expect(ofType(messages, 'UtteranceEnd')).toMatchObject([{ channel: [0, 1], last_word_end: 0.12 }]);
    expect(messages.slice(-2)).toMatchObject([
      { type: 'Metadata', duration: (120 + 1500 + 100 + 100) / 1000, channels: 1, transaction_key: 'deprecated' },
      { type: 'close', code: 1000 },
    ]);
  });

  it('gets neither where it does not ask for them, nor interim results', async () => {
    const messages = await listen('hello.wav', ['close'], options({ interim_results: false }));
    expect(messages.map(({ type }) => type)).toEqual(['Results', 'Results', 'Metadata', 'close']);
    expect(messages.slice(0, 2).map(transcript)).toEqual(['Hello there.', 'And again.']);
  });

  it('has a Finalize answered by a final that says so, and goes on', async () => {
    const messages = await listen('hello.wav', ['keepAlive', 'finalize', 'close']);
    const forced = ofType(messages, 'Results').filter(({ from_finalize }) => from_finalize);
    expect(forced).toMatchObject([{ is_final: true }]);
    expect(forced.map(transcript)).toEqual(['And again.']);
    expect(messages.slice(-2)).toMatchObject([{ type: 'Metadata' }, { type: 'close', code: 1000 }]);
  });

  it.each([
    ['a wrong key', wrongKey, 401],
    ['a rate that is none', options({ sample_rate: 0 }), 400],
    ["an utterance's end without interim results", options({ utterance_end_ms: 1000, interim_results: false }), 400],
  ])('is refused %s, as its own kind of error', async (_what, env, status) => {
    expect(await listen('hello.wav', [], env)).toMatchObject(refused(status));
  });

  withRecordings('a recording of a person', () => {
    needs('pocketsphinx_continuous').it('is understood', async () => {
      const messages = await listen(join(recordings, 'goforward.wav'), ['finalize', 'close'], {}, local);
      const finals = ofType(messages, 'Results').filter(({ is_final }) => is_final);
      expect(finals.map(transcript).filter((text) => text !== '')).toEqual(['go forward ten meters']);
      const interims = ofType(messages, 'Results').filter(({ is_final }) => !is_final);
      expect(interims.map(transcript)).toContain('go forward');
      expect(messages.at(-1)).toMatchObject({ type: 'close', code: 1000 });
    });
  });
});

/** Its own WebSocket (Node's, where there is one) takes the key as a subprotocol; the package `ws` takes a header. */
describe.each([
  ['its own WebSocket', '--experimental-websocket'],
  ['the package ws', '--no-experimental-websocket'],
])('@deepgram/sdk 4.11.3, over %s', (_name, flag) => {
  it('listens', async () => {
    const ran = await runProgram(at(scripted), 'deepgram-4-listen.cjs', ['hello.wav'], { node: [flag] });
    const messages = told(ran);
    expect(messages.map(({ type }) => type)).toEqual(['Results', 'Results', 'Metadata', 'close']);
    expect(messages.slice(0, 2).map(transcript)).toEqual(['Hello there.', 'And again.']);
    expect(messages.at(-1)).toMatchObject({ code: 1000 });
  });

  it('speaks', async () => {
    const ran = await runProgram(at(local), 'deepgram-getting-started.cjs', [], { node: [flag] });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const lines = ran.stdout.toString().split('\n');
    expect(lines[0]).toBe('Connection opened');
    const said = ['Audio data received', 'Flushed', 'Audio file saved as output.wav', 'Connection closed'];
    expect(lines).toEqual(expect.arrayContaining(said));
  });

  it('is refused a wrong key, as its own kind of error', async () => {
    const ran = await runProgram(at(scripted), 'deepgram-4-listen.cjs', ['hello.wav'], { node: [flag], env: wrongKey });
    // A browser's kind of WebSocket does not say why.
    const why = flag.startsWith('--no') ? { statusCode: 401, requestId: expect.stringMatching(/./) } : {};
    expect(told(ran)[0]).toMatchObject({ type: 'error', name: 'DeepgramWebSocketError', ...why });
  });
});

function transcript(results: Record<string, unknown>): string | undefined {
  return /"transcript":"([^"]*)"/.exec(JSON.stringify(results))?.[1];
}
