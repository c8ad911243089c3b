import { afterEach, describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { builtInClips, varyClip } from '../../src/bench/clips.ts';
import type { TargetFacts } from '../../src/bench/document.ts';
import type { Outcome } from '../../src/bench/lane.ts';
import { type ListenPlan, listenTarget } from '../../src/bench/listen-lane.ts';
import { roundtripTarget } from '../../src/bench/roundtrip-lane.ts';
import { systemClock } from '../../src/clock.ts';
import { slngListen, slngSpeak } from '../../src/dialects/slng/index.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { createScriptedRecogniser } from '../../src/engine/scripted-recogniser.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import type { ListenOptions } from '../../src/session/listen-options.ts';
import { createWebSocketConnect } from '../../src/transport/websocket.ts';

/** The lanes over our own server and a real socket, in real time, with engines that say and hear the same always. */
const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 };
const engine = createScriptedEngine();
const never = new AbortController().signal;

const open: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function started() {
  let count = 0;
  const server = await startServer({
    ...{ port: 0, services: [slngSpeak, slngListen], engine, recogniser: createScriptedRecogniser() },
    ...{ clock: systemClock, ids: () => String(++count), today: () => new Date('2026-11-20T12:00:00Z') },
  });
  open.push(server);
  const shared = { credentials: { key: 'k' }, connect: createWebSocketConnect(systemClock), clock: systemClock };
  const settings = { format, baseUrl: server.wsUrl };
  const model = slngListen.traits.defaults.model;
  const hears = (endpointingMs: number): ListenOptions => ({
    ...{ ...shared, service: slngListen },
    settings: { ...settings, route: 'direct', model, interim: true, words: true, endpointingMs },
  });
  const speaks = () => ({
    ...{ ...shared, service: slngSpeak, warmsAhead: false },
    settings: { ...settings, model: slngSpeak.traits.defaults.model },
  });
  return { hears, speaks };
}

async function spoken(text: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const request = { text, voice: 'scripted', speed: 1, language: 'en', format };
  for await (const output of engine.synthesize(request, never)) if ('bytes' in output) pieces.push(output.bytes);
  return Buffer.concat(pieces);
}

const facts: TargetFacts = {
  ...{ id: 'it', provider: 'local', dialect: 'slng', endpoint: '', params: {} },
  ...{ sampleRateHz: 16_000, encoding: 'linear16' },
};

async function heard(set: string, plan: Partial<ListenPlan>, endpointingMs: number): Promise<Outcome> {
  const { hears } = await started();
  const [clip] = await builtInClips([set], format, spoken);
  if (!clip) throw new Error(`no clips of ${set}`);
  const target = listenTarget(facts, () => hears(endpointingMs), { pace: 1, end: 'natural', tailMs: 3000, ...plan });
  const lane = target.openLane();
  const outcome = await lane.run({ run: 0, material: varyClip(clip, 1), variation: 1, warmup: false }, never);
  expect(outcome.error).toBeUndefined();
  expect(outcome.transcript).toBe(clip.reference);
  expect(outcome.figures).toMatchObject({ wer: 0, wordErrors: 0 });
  return outcome;
}

describe('speech in', () => {
  it('waits for the silence that the service waits for, and no pause is taken for an end', async () => {
    const { figures, t0Ms = 0, endMs } = await heard('pause', {}, 1000);
    expect(figures).toMatchObject({ falseCutoffs: 0, pauses: 1, ttfiMs: expect.any(Number) });
    expect(figures.ttfsMs).toBeLessThanOrEqual(figures.eotMs ?? 0);
    // 260 ms of silence, two clauses of 290 and 320 ms, the pause between, and all the silence that was waited for.
    expect(figures.audioMs).toBeGreaterThanOrEqual(1570 + 1000);
    expect(endMs).toBeGreaterThan(t0Ms);
    expect(figures).not.toHaveProperty('finalizeMs');
  });

  it('is cut off at a pause that is longer than that', async () => {
    const { figures } = await heard('pause', {}, 400);
    expect(figures).toMatchObject({ falseCutoffs: 1, pauses: 1 });
    expect(figures.eotMs).toBeGreaterThan(0);
    expect(figures.audioMs).toBeGreaterThanOrEqual(1570 + 400);
  });

  it('is finalized right behind the speech', async () => {
    const { figures } = await heard('short', { end: 'finalize' }, 1000);
    expect(figures.finalizeMs).toBeGreaterThan(0);
    for (const name of ['ttfsMs', 'eotMs']) expect(figures).not.toHaveProperty(name);
    // 260 ms of silence and "good morning".
    expect(figures.audioMs).toBe(380);
  });
});

describe('a round trip', () => {
  it('is spoken, heard, and spoken again', async () => {
    const { hears, speaks } = await started();
    const lane = roundtripTarget(facts, { speaks, hears: () => hears(400) }, { tailMs: 3000 }).openLane();
    const material = { id: 'p', set: 'short', text: 'Good morning to you.' };
    const outcome = await lane.run({ run: 0, material, variation: 0, warmup: false }, never);
    expect(outcome).toMatchObject({ transcript: 'Good morning to you.', figures: { wer: 0, referenceWords: 4 } });
    for (const name of ['error', 'invalid']) expect(outcome).not.toHaveProperty(name);
    const { roundTripMs = 0, eotMs = 0, ttfaMs = 0, audioMs } = outcome.figures;
    expect(audioMs).toBeGreaterThanOrEqual(200 + 400);
    // Its parts, but for what it costs to speak at the turn's end.
    expect(roundTripMs).toBeGreaterThanOrEqual(eotMs + ttfaMs - 0.002);
  });
});
