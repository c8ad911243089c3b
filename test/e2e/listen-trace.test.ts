import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slngListen } from '../../src/dialects/slng/index.ts';
import { checkFixture } from '../dialects/contract.ts';
import { serve } from '../support/vox.ts';
import { type ListenFixture, parseTrace } from '../support/wire-fixture.ts';
import { key, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

/** The connections of a trace, which must hold no key, and of audio no more than its length and hash. */
function traced(name: string): ListenFixture[] {
  const content = readFileSync(place.file(name), 'utf8');
  expect(content).not.toContain(key);
  expect(content).not.toMatch(/"hex":/);
  expect(Math.max(...content.split('\n').map((line) => line.length))).toBeLessThan(4000);
  return parseTrace(name, content).map((connection) => {
    if (connection.direction !== 'listen') throw new Error(`a ${connection.direction} in ${name}`);
    return connection;
  });
}

const ways = [
  { route: 'bridge', audio: 'binary' },
  { route: 'bridge', audio: 'json' },
  { route: 'direct', audio: 'binary' },
  { route: 'direct', audio: 'json' },
];

describe.each(ways)('a trace of speech in, on a $route route, with audio as $audio', ({ route, audio }) => {
  const flags = ['--route', route, '--audio-as', audio];
  const seen = `serve-${route}-${audio}.jsonl`;
  let pcm: Buffer;

  beforeAll(async () => {
    const served = await serve(['--engine', 'scripted', '--trace', place.file(seen)], { VOX_SERVE_KEY: key });
    const speak = await serve(['--engine', 'scripted']);
    const to = ['--endpoint', served.wsUrl, ...flags];
    const synth = ['synth', 'Hello there.', '--sample-rate', '16000', '--endpoint', speak.wsUrl];
    expect(await place.vox([...synth, '-o', 'said.wav'])).toMatchObject({ code: 0 });
    pcm = readFileSync(place.file('said.wav')).subarray(44);
    const heard = [
      await place.vox(['transcribe', 'said.wav', ...to, '--trace', 'transcribe.jsonl']),
      await place.vox(['listen', '--source', 'stdin', ...to, '--trace', 'listen.jsonl'], { input: pcm }),
    ];
    for (const ran of heard) expect(ran.stdout.toString()).toBe('Hello there.\n');
    await speak.stop();
    expect(await served.stop()).toBe(0);
  });

  it.each(['transcribe', 'listen'])('of vox %s is a transcript of what the client did and heard', (command) => {
    const [connection, ...more] = traced(`${command}.jsonl`);
    expect(more).toEqual([]);
    expect(connection?.header).toMatchObject({ kind: 'trace', key: 'header', settings: { route } });
    expect(connection && checkFixture(slngListen, connection)).toEqual([]);
    const told = connection?.lines.flatMap((line) => ('cmd' in line ? [line.cmd.type] : [])) ?? [];
    expect([...new Set(told)]).toEqual(['audio', 'finalize', 'close']);
    const chunks = connection?.lines.flatMap((line) =>
      'cmd' in line && line.cmd.type === 'audio' ? [line.cmd.chunk] : [],
    );
    expect(chunks?.[0]).toEqual({ firstSample: 0, bytes: 1600, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const heard = connection?.lines.flatMap((line) => ('event' in line ? [line.event] : []));
    expect(heard).toContainEqual(expect.objectContaining({ type: 'final', text: 'Hello there.' }));
    expect(connection?.lines.at(-1)).toMatchObject({ close: { code: 1000 } });
  });

  it('of vox serve is one of what the server read and said, for each client', () => {
    const connections = traced(seen);
    expect(connections.map(({ header }) => header.connection)).toEqual([1, 2]);
    for (const connection of connections) {
      expect(connection.header).toMatchObject({ key: 'header', ways: ['serverDecode', 'serverEncode'] });
      expect(checkFixture(slngListen, connection)).toEqual([]);
      const asked = connection.lines.flatMap((line) => ('ask' in line ? [line.ask] : []));
      expect(asked[0]).toMatchObject({ type: 'configure' });
      const bytes = asked.map((ask) => (ask.type === 'audio' && 'bytes' in ask.chunk ? ask.chunk.bytes : 0));
      expect(bytes.reduce((sum, count) => sum + count, 0)).toBe(pcm.length);
      expect(asked.slice(-2)).toMatchObject([{ type: 'finalize' }, { type: 'close' }]);
      const said = connection.lines.flatMap((line) => ('say' in line ? [line.say] : []));
      expect(said).toContainEqual(expect.objectContaining({ type: 'final', text: 'Hello there.' }));
    }
  });
});
