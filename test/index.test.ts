import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { createScriptedEngine, scriptedText } from '../src/engine/scripted.ts';
import {
  type AudioFormat,
  connectSlng,
  createRewriter,
  cutSpans,
  errorTable,
  type SpeakTurn,
  SpeechError,
  slngSpeak,
  speakText,
} from '../src/index.ts';
import { type RunningServer, startServer } from '../src/server/server.ts';

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 };
let server: RunningServer;
let count = 0;

beforeAll(async () => {
  server = await startServer({
    port: 0,
    services: [slngSpeak],
    engine: createScriptedEngine(),
    clock: systemClock,
    ids: () => `id-${++count}`,
    today: () => new Date(0),
  });
});
afterAll(() => server.close());

const connect = () => connectSlng({ endpoint: server.wsUrl, model: 'local/scripted', format });

async function said(turn: SpeakTurn): Promise<string> {
  const audio: Uint8Array[] = [];
  for await (const out of turn) if (out.type === 'audio') audio.push(out.chunk.bytes);
  return scriptedText(Buffer.concat(audio), format);
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

  it('has errors with a code', () => {
    expect(new SpeechError('E_KEY', 'none').todo).toBe(errorTable.E_KEY.todo);
  });
});
