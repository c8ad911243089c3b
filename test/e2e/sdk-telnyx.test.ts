import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { recordings, withRecordings } from '../support/recordings.ts';
import { type Served, serve } from '../support/vox.ts';
import { ofType, runProgram, type SdkPlace, told } from './sdk.ts';
import { spoken, wavOf } from './spoken.ts';
import { key, workplace } from './workplace.ts';

/** Telnyx's own SDK against `vox serve`, in a process of its own. It knows nothing of us but the URL. */
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
const query = (settings: object) => ({ TELNYX_QUERY: JSON.stringify(settings) });
const wrongKey = { TELNYX_API_KEY: 'another' };
const final = { type: 'final', audio: null, text: '', isFinal: true };

/** What a refused upgrade is to the SDK. */
function refused(status: number): object[] {
  const message = `Unexpected server response: ${status}`;
  return [
    { type: 'error', name: 'WebSocketError', message },
    { type: 'close', code: 1006 },
  ];
}

describe('npm telnyx, TextToSpeechWS', () => {
  const speak = async (frames: object[], env: Record<string, string> = {}, server = local) => {
    const args = frames.map((frame) => JSON.stringify(frame));
    return told(await runProgram(at(server), 'telnyx-speak.mjs', args, { env }));
  };

  it('gets the bytes that vox synth gets, a summary behind each sentence, a last frame, and a close with 1000', async () => {
    const text = 'Dr. Smith paid 3.14 dollars. Nobody knows why.';
    const messages = await speak([{ text }, { text: '' }]);
    const audio = read('output.pcm');
    const summaries = ofType(messages, 'audio_chunk').filter(({ audio }) => audio === null);
    expect(summaries).toMatchObject([{ text: 'Dr. Smith paid 3.14 dollars.' }, { text: 'Nobody knows why.' }]);
    const chunks = ofType(messages, 'audio_chunk').filter(({ audio }) => audio !== null);
    expect(new Set(chunks.map(({ text, isFinal }) => `${text} ${isFinal}`))).toEqual(new Set(['null false']));
    expect(messages.slice(-2)).toMatchObject([final, { type: 'close', code: 1000 }]);
    for (const args of [[], ['--provider', 'telnyx', '--endpoint', local.wsUrl]]) {
      const env = { SLNG_API_KEY: undefined, TELNYX_API_KEY: args.length > 0 ? key : undefined };
      expect(await place.vox(['synth', '-q', '-o', 'synth.pcm', text, ...args], { env })).toMatchObject({ code: 0 });
      expect(read('synth.pcm').equals(audio)).toBe(true);
    }
  });

  it('speaks tokens at their sentences, and markdown as text', async () => {
    const tokens = ['# Wel', 'come\n\n', 'To **the', '** demo. See [it]', '(https://a.b/c) ', 'now', '?'];
    const messages = await speak([...tokens.map((text) => ({ text })), { text: '' }], {}, scripted);
    const told = ofType(messages, 'audio_chunk').filter(({ audio }) => audio === null);
    expect(told.map(({ text }) => text)).toEqual(['Welcome.', 'To the demo.', 'See it now?']);
    // The scripted engine: 10 ms a byte of text.
    expect(read('output.pcm').length).toBe(2 * 240 * 'Welcome.To the demo.See it now?'.length);
  });

  it('speaks what is buffered at a flush; after force nothing of it is heard', async () => {
    const frames = [{ text: 'A piece', flush: true }, { force: true }, { text: 'Again.' }, { text: '' }];
    const messages = await speak(frames, {}, scripted);
    expect(messages.at(-3)).toMatchObject({ audio: null, text: 'Again.' });
    expect(messages.slice(-2)).toMatchObject([final, { type: 'close', code: 1000 }]);
    // Of the piece there may be some, from before the force; of what comes after it all.
    const bytes = read('output.pcm').length;
    expect(bytes).toBeGreaterThanOrEqual(2 * 240 * 'Again.'.length);
    expect(bytes).toBeLessThanOrEqual(2 * 240 * 'A pieceAgain.'.length);
  });

  it('goes on after a flush', async () => {
    const messages = await speak(
      [{ text: 'Hello there.', flush: true }, { text: 'And again.' }, { text: '' }],
      {},
      scripted,
    );
    expect(messages.at(-1)).toMatchObject({ type: 'close', code: 1000 });
    expect(read('output.pcm').length).toBe(2 * 240 * 'Hello there.And again.'.length);
  });

  it('takes the settings that the SDK forgets to send: none', async () => {
    const messages = await speak([{ text: 'Hello there.' }, { text: '' }], query({}));
    expect(messages.slice(-2)).toMatchObject([final, { type: 'close', code: 1000 }]);
  });

  it.each([
    ['a wrong key', wrongKey, 401],
    ['a format that there is not', query({ audio_format: 'wax' }), 400],
    ['a voice that is REST only', query({ voice: 'Telnyx.Ultra.thalia' }), 403],
  ])('is refused %s, as its own kind of error', async (_what, env, status) => {
    expect(await speak([], env)).toMatchObject(refused(status));
  });

  it('is told what is wrong with a frame, as its own kind of error, and closed', async () => {
    expect(await speak([{ text: 5 }])).toMatchObject([
      { type: 'error', name: 'WebSocketError', error: expect.stringContaining('text') },
      { type: 'close', code: 1008 },
    ]);
  });
});

describe('npm telnyx, SpeechToTextWS', () => {
  const listen = async (file: string, env: Record<string, string> = {}, server = scripted) =>
    told(await runProgram(at(server), 'telnyx-listen.mjs', [file], { env }));

  it('gets interim and final transcripts, and a close with 1000', async () => {
    const messages = await listen('hello.wav');
    const finals = ofType(messages, 'transcript').filter(({ is_final }) => is_final);
    expect(finals).toMatchObject([
      { transcript: 'Hello there.', speech_final: true },
      { transcript: 'And again.', speech_final: false },
    ]);
    expect(ofType(messages, 'transcript').filter(({ is_final }) => !is_final)[0]).toMatchObject({
      transcript: 'Hello',
    });
    expect(messages.at(-1)).toMatchObject({ type: 'close', code: 1000 });
  });

  it('gets finals alone where it asks for no interim ones', async () => {
    const messages = await listen('hello.wav', query({ interim_results: 'false' }));
    expect(messages).toMatchObject([
      { transcript: 'Hello there.', is_final: true },
      { transcript: 'And again.', is_final: true },
      { type: 'close', code: 1000 },
    ]);
  });

  it('is refused a wrong key, as its own kind of error', async () => {
    expect(await listen('hello.wav', wrongKey)).toMatchObject(refused(401));
  });

  it.each([
    ['a format that is not heard here', { input_format: 'mp3' }, 'mp3'],
    ['raw audio without its rate', { input_format: 'linear16' }, 'sample_rate'],
    ['a rate that is none', { input_format: 'linear16', sample_rate: '7' }, 'sample rate'],
  ])('is told of %s, as its own kind of error, and closed', async (_what, settings, says) => {
    expect(await listen('hello.wav', query(settings))).toMatchObject([
      { type: 'error', name: 'WebSocketError', error: expect.stringContaining(says) },
      { type: 'close', code: 1008 },
    ]);
  });

  withRecordings('a recording of a person', () => {
    needs('pocketsphinx_continuous').it('is understood', async () => {
      const messages = await listen(join(recordings, 'goforward.wav'), {}, local);
      const transcripts = ofType(messages, 'transcript');
      const finals = transcripts.filter(({ is_final, transcript }) => is_final && transcript !== '');
      expect(finals).toMatchObject([{ transcript: 'go forward ten meters' }]);
      const interims = transcripts.filter(({ is_final }) => !is_final).map(({ transcript }) => transcript);
      expect(interims).toContain('go forward');
    });
  });
});
