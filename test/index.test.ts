import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { createScriptedEngine, scriptedText } from '../src/engine/scripted.ts';
import { createScriptedRecogniser } from '../src/engine/scripted-recogniser.ts';
import {
  type AudioFormat,
  connectSpeech,
  createFileSink,
  createRewriter,
  cutSpans,
  errorTable,
  type Hearing,
  hearSpeech,
  openAudio,
  openMicrophone,
  openSpeaker,
  type ProviderName,
  play,
  providers,
  type SpeakTurn,
  SpeechError,
  speakText,
} from '../src/index.ts';
import { type RunningServer, startServer } from '../src/server/server.ts';
import { spoken, wavOf } from './e2e/spoken.ts';
import { scratch } from './support/vox.ts';

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 };
let server: RunningServer;
let count = 0;

beforeAll(async () => {
  server = await startServer({
    port: 0,
    services: Object.values(providers).flatMap(({ speak, listen }) => [speak, listen]),
    engine: createScriptedEngine(),
    recogniser: createScriptedRecogniser(),
    clock: systemClock,
    ids: () => `id-${++count}`,
    today: () => new Date(0),
  });
});
const folder = scratch();
afterAll(async () => {
  folder.remove();
  await server.close();
});

afterEach(() => vi.unstubAllEnvs());

const connect = () => connectSpeech({ endpoint: server.wsUrl, model: 'local/scripted', format });

async function said(turn: SpeakTurn): Promise<string> {
  const audio: Uint8Array[] = [];
  for await (const out of turn) if (out.type === 'audio') audio.push(out.chunk.bytes);
  return scriptedText(Buffer.concat(audio), format);
}

async function heard(hearing: Hearing): Promise<string[]> {
  const texts: string[] = [];
  for await (const out of hearing) if (out.type === 'final') texts.push(out.text);
  return texts;
}

describe('the library', () => {
  it('speaks text, pieces and spans, turn after turn on one session', async () => {
    const session = connect();
    expect(await said(speakText(session, 'Hello there.'))).toBe('Hello there.');
    expect(await said(speakText(session, ['Hel', 'lo ag', 'ain.']))).toBe('Hello again.');
    expect(await said(session.speak(cutSpans(['A third.'], { eager: false, markdown: false })))).toBe('A third.');
    await session.close();
  });

  it('gives a turn: its id, its progress, its report, per-turn settings and rules', async () => {
    const session = connect();
    const turn = speakText(session, 'We use SQL.', {
      id: 'mine',
      rewrite: createRewriter([{ match: 'sql', replace: 'sequel' }]),
    });
    expect(turn.id).toBe('mine');
    expect(await said(turn)).toBe('We use sequel.');
    const { why, report } = await turn.result;
    expect(why).toBe('done');
    expect(turn.progress.throughChar).toBe('We use SQL.'.length);
    expect(report.ttfbMs).toBeGreaterThan(0);
    const named = speakText(session, 'Hi there.', { settings: { pronunciation: { name: 'nobody-has-it' } } });
    await expect(said(named)).rejects.toMatchObject({ code: 'E_PRONUNCIATION' });
    await session.close();
  });

  it('interrupts: nothing of the turn comes after, and the next one speaks', async () => {
    const session = connect();
    const turn = speakText(session, 'This is a long one. It has three sentences. The last is here.');
    turn.interrupt();
    expect(await said(turn)).toBe('');
    expect((await turn.result).why).toBe('interrupted');
    expect(await said(speakText(session, 'Next.'))).toBe('Next.');
    await session.close();
  });

  it('hears a recording: openAudio, hearSpeech', async () => {
    const stream = Readable.from([wavOf(await spoken('Hello there.', 600, 'And again.'))]);
    const [audio] = await openAudio({ stream, name: 'memory' });
    if (!audio) throw new Error('no audio');
    const hearing = hearSpeech(audio, { endpoint: server.wsUrl, route: 'direct', pace: 'fast' });
    expect(await heard(hearing)).toEqual(['Hello there.', 'And again.']);
    const { why, report } = await hearing.result;
    expect(why).toBe('done');
    expect(report).toMatchObject({ words: 4, segments: 2, audioMs: 820 });
  });

  it('hears chunks of one’s own, in another format, and can be told to finish', async () => {
    const samples = await spoken('Hello there.');
    const bytes = new Uint8Array(samples.buffer);
    async function* chunks() {
      for (let at = 0; ; at += 1600) {
        const part = bytes.subarray(at, at + 1600);
        yield { format, bytes: part.length > 0 ? part : new Uint8Array(1600), firstSample: at / 2 };
        if (at > 20_000) hearing.finish();
      }
    }
    const hearing = hearSpeech(chunks(), { endpoint: server.wsUrl, format, pace: 'fast', interim: false });
    expect(await heard(hearing)).toEqual(['Hello there.']);
    expect(hearing.progress.sentMs).toBeGreaterThan(600);
  });

  const names: ProviderName[] = ['slng', 'deepgram', 'telnyx'];

  it.each(names)('speaks to %s, turn after turn, in the format that each has by itself', async (provider) => {
    const session = connectSpeech({ provider, endpoint: server.wsUrl });
    for (const text of ['Hello there.', 'Hello again.']) {
      const path = join(folder.path, `${provider}.pcm`);
      const sink = await createFileSink({ path, container: 'raw' });
      const { why } = await play(speakText(session, text, { sink }), sink);
      expect(why).toBe('done');
      expect(scriptedText(readFileSync(path), { ...format, sampleRateHz: 24_000 })).toBe(text);
    }
    await session.close();
  });

  it.each(names)('hears with %s', async (provider) => {
    const stream = Readable.from([wavOf(await spoken('Hello there.', 600, 'And again.'))]);
    const [audio] = await openAudio({ stream, name: 'memory' });
    if (!audio) throw new Error('no audio');
    const hearing = hearSpeech(audio, { provider, endpoint: server.wsUrl, pace: 'fast' });
    expect(await heard(hearing)).toEqual(['Hello there.', 'And again.']);
  });

  it('is asked to speak at the first clause, unless it is told otherwise', async () => {
    const flushes = async (options: Parameters<typeof connectSpeech>[0]) => {
      let count = 0;
      const watcher = {
        ...{ opened() {}, sent() {}, received() {}, event() {}, closed() {} },
        command: ({ type }: { type: string }) => {
          if (type === 'flush') count++;
        },
      };
      const session = connectSpeech({ endpoint: server.wsUrl, ...options, session: { watcher, ...options?.session } });
      await said(speakText(session, 'When a sentence is a long one, its first clause goes ahead of it.'));
      await session.close();
      return count;
    };
    expect(await flushes({ format })).toBe(2);
    expect(await flushes({ format, session: { flush: 'sentence' } })).toBe(1);
  });

  it('plays: what an interruption leaves is no error; what fails is, and the sink is let go of', async () => {
    const session = connect();
    const sinkOf = (onAbort: () => void) => ({
      ...{ refuses: () => undefined, drain: async () => {}, position: () => ({ playedSamples: 0, atMs: 0 }) },
      ...{ write: () => {}, abort: onAbort },
    });
    const turn = speakText(session, 'This is a long one. It has two sentences.');
    const played = play(
      turn,
      sinkOf(() => {}),
    );
    turn.interrupt();
    expect((await played).why).toBe('interrupted');
    let aborts = 0;
    const bad = speakText(session, 'Hi there.', { settings: { pronunciation: { name: 'nobody-has-it' } } });
    const count = () => {
      aborts++;
    };
    await expect(play(bad, sinkOf(count))).rejects.toMatchObject({ code: 'E_PRONUNCIATION' });
    expect(aborts).toBe(1);
    const full = { ...sinkOf(count), write: () => Promise.reject(new SpeechError('E_DISK_FULL', 'full')) };
    const unwritten = speakText(session, 'Hi there.');
    await expect(play(unwritten, full)).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    expect(aborts).toBe(2);
    await session.close();
  });

  it('has a loudspeaker and a microphone, whose names must exist', async () => {
    await expect(openSpeaker({ player: 'no-such-player' })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(openMicrophone({ device: 'no-such-card' })).rejects.toMatchObject({ code: 'E_RECORDER' });
  });

  it('knows the providers that it has', () => {
    // @ts-expect-error: from JavaScript, or from a variable of the environment.
    const choose = () => connectSpeech({ provider: 'toString', key: 'k' });
    expect(choose).toThrow(expect.objectContaining({ code: 'E_USAGE', todo: 'one of: slng, deepgram, telnyx' }));
  });

  it.each(names)('wants a key for %s, or an endpoint', (provider) => {
    const { keyVariable } = providers[provider];
    vi.stubEnv(keyVariable, undefined);
    const without = expect.objectContaining({ code: 'E_KEY', todo: `give one, or set ${keyVariable}` });
    expect(() => connectSpeech({ provider })).toThrow(without);
    expect(() => hearSpeech((async function* () {})(), { provider })).toThrow(without);
    vi.stubEnv(keyVariable, 'k');
    expect(connectSpeech({ provider }).state).toBe('idle');
  });

  it('has errors with a code', () => {
    expect(new SpeechError('E_KEY', 'none').todo).toBe(errorTable.E_KEY.todo);
  });
});
