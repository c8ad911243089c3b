import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Secrets } from '../../src/cli/secrets.ts';
import { openTrace } from '../../src/cli/trace.ts';
import { systemClock } from '../../src/clock.ts';
import { deepgramListen, deepgramSpeak } from '../../src/dialects/deepgram/index.ts';
import { slngListen, slngSpeak } from '../../src/dialects/slng/index.ts';
import { openSpeakSession } from '../../src/session/speak-session.ts';
import type { Boundary } from '../../src/speech/span.ts';
import type { Connect, Transport } from '../../src/transport/transport.ts';
import { createWebSocketConnect } from '../../src/transport/websocket.ts';
import { gate } from '../server/support/fake-engine.ts';
import { start } from '../server/support/start.ts';
import type { SpeakFixture } from '../support/wire-fixture.ts';
import { listenFixtures, parseTrace, speakFixtures } from '../support/wire-fixture.ts';
import { checkFixture } from './contract.ts';
import { replayFixture } from './replay.ts';

const fixtures = speakFixtures('slng');

describe('slng, every transcript over a loopback socket', () => {
  it.each(fixtures.map((fixture) => [fixture.header.scenario, fixture] as const))('speak, %s', async (_, fixture) => {
    expect(await replayFixture(slngSpeak, fixture)).toEqual([]);
  });

  const heard = listenFixtures('slng').map((fixture) => [fixture.header.scenario, fixture] as const);
  it.each(heard)('listen, %s', async (_, fixture) => {
    expect(await replayFixture(slngListen, fixture)).toEqual([]);
  });
});

describe('deepgram, every transcript over a loopback socket', () => {
  const spoken = speakFixtures('deepgram').map((fixture) => [fixture.header.scenario, fixture] as const);
  it.each(spoken)('speak, %s', async (_, fixture) => {
    expect(await replayFixture(deepgramSpeak, fixture)).toEqual([]);
  });

  const heard = listenFixtures('deepgram').map((fixture) => [fixture.header.scenario, fixture] as const);
  it.each(heard)('listen, %s', async (_, fixture) => {
    expect(await replayFixture(deepgramListen, fixture)).toEqual([]);
  });
});

type FixtureLine = SpeakFixture['lines'][number];

function scenario(name: string): SpeakFixture {
  const found = fixtures.find((fixture) => fixture.header.scenario === name);
  if (!found) throw new Error(`no transcript ${name}`);
  return found;
}

/** A transcript with something else in place of its lines of a kind. */
function altered(name: string, kind: (line: FixtureLine) => boolean, put: (line: FixtureLine) => FixtureLine[]) {
  const fixture = scenario(name);
  const lines = fixture.lines.flatMap((line) => (kind(line) ? put(line) : [line]));
  if (lines.length === fixture.lines.length && lines.every((line, i) => line === fixture.lines[i])) {
    throw new Error('nothing was altered');
  }
  return { ...fixture, lines };
}

const isFrame = (dir: 'c>s' | 's>c', words: string) => (line: FixtureLine) =>
  'dir' in line && line.dir === dir && JSON.stringify(line).includes(words);
const isEvent = (type: string) => (line: FixtureLine) => 'event' in line && line.event.type === type;

describe('a replay rejects', () => {
  it.each([
    ['a transcript without a frame that the client sends', altered('batch', isFrame('c>s', 'flush'), () => [])],
    [
      'a transcript with a frame that the client does not send',
      altered('batch', isFrame('c>s', 'flush'), (line) => [line, line]),
    ],
    [
      'a transcript with another word of the client',
      altered('batch', isFrame('c>s', 'flush'), () => [{ dir: 'c>s', json: { type: 'Flush' } }]),
    ],
    ['a transcript that lacks an acknowledgement', altered('batch', isFrame('s>c', 'flushed'), () => [])],
    ['a transcript that lacks an event', altered('batch', isEvent('progress'), () => [])],
    [
      'a transcript with other sound',
      altered('batch', isFrame('s>c', '10002000'), () => [{ dir: 's>c', hex: '10002001' }]),
    ],
    [
      'a transcript that closes otherwise',
      altered(
        'rime-arcana',
        (line) => 'close' in line,
        () => [{ dir: 's>c', close: { code: 1011, reason: 'broken' } }],
      ),
    ],
    ['a transcript of another upgrade', { ...scenario('batch'), header: { ...scenario('routing').header } }],
  ])('%s', async (_, fixture) => {
    expect((await replayFixture(slngSpeak, fixture)).length).toBeGreaterThan(0);
  });

  /** The real transport with one thing wrong. */
  function broken(change: (transport: Transport) => Partial<Transport>): Connect {
    return async (request, options) => {
      const opened = await createWebSocketConnect(systemClock)(request, options);
      const { transport } = opened;
      const whole: Transport = {
        receive: (handler) => transport.receive(handler),
        send: (frame) => transport.send(frame),
        bufferedBytes: 0,
        drained: () => transport.drained(),
        pause: () => transport.pause(),
        resume: () => transport.resume(),
        ping: () => transport.ping(),
        close: (code, reason) => transport.close(code, reason),
        terminate: () => transport.terminate(),
        closed: transport.closed,
      };
      return { ...opened, transport: { ...whole, ...change(transport) } };
    };
  }

  it.each([
    [
      'a transport that sends text as bytes',
      broken((transport) => ({
        send: (frame) =>
          transport.send({ kind: 'binary', bytes: frame.kind === 'text' ? Buffer.from(frame.text) : frame.bytes }),
      })),
    ],
    [
      'a transport that loses the first byte of sound',
      broken((transport) => ({
        receive: (handler) =>
          transport.receive({
            frame: (frame, atMs) =>
              handler.frame(frame.kind === 'text' ? frame : { ...frame, bytes: frame.bytes.subarray(1) }, atMs),
            closed: (info) => handler.closed(info),
          }),
      })),
    ],
    [
      'a transport that does not say how it was closed',
      broken((transport) => ({
        receive: (handler) =>
          transport.receive({
            frame: (frame, atMs) => handler.frame(frame, atMs),
            closed: () => handler.closed({ code: 1006, reason: '' }),
          }),
      })),
    ],
  ])('%s', async (_, connect) => {
    expect((await replayFixture(slngSpeak, scenario('arcana-closes'), connect)).length).toBeGreaterThan(0);
  });
});

describe('the trace of a live session replays, the lines that its closes give included', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it.each([
    ['flushed', 'binary', 1],
    ['audioEnd', 'json', 1],
    ['close', 'json', 3],
  ] as const)('of a service that answers a flush with %s', async (end, audio, connections) => {
    const { server, engine } = await start({ style: { end, audio } });
    const folder = mkdtempSync(join(tmpdir(), 'vox-trace-'));
    folders.push(folder);
    const file = join(folder, 'trace.jsonl');
    const secrets = new Secrets();
    secrets.add('a-real-secret');
    const trace = await openTrace(file, systemClock, secrets);
    const session = openSpeakSession({
      service: slngSpeak,
      settings: { baseUrl: server.wsUrl, format: slngSpeak.traits.defaults.format },
      credentials: { key: 'a-real-secret' },
      connect: createWebSocketConnect(systemClock),
      clock: systemClock,
      watcher: trace.watcher(slngSpeak, true),
    });
    const ends: Boundary = 'sentence';
    const turn = session.speak([
      { text: 'One. ', fromChar: 0, toChar: 5, ends },
      { text: 'Two.', fromChar: 5, toChar: 9, ends },
    ]);
    expect((await turn.result).why).toBe('done');
    const asked = gate();
    engine.gate = () => {
      asked.open();
      return new Promise(() => {});
    };
    const next = session.speak([{ text: 'Three.', fromChar: 0, toChar: 6, ends }]);
    await asked.promise;
    next.interrupt();
    await session.close();
    await trace.close();
    const written = readFileSync(file, 'utf8');
    expect(written).not.toContain('a-real-secret');
    const traced = parseTrace('trace.jsonl', written);
    expect(traced).toHaveLength(connections);
    for (const fixture of traced) {
      expect(fixture.lines.some((line) => 'close' in line)).toBe(true);
      expect(checkFixture(slngSpeak, fixture)).toEqual([]);
    }
  });
});
