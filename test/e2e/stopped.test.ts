import { existsSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Act, type FaultyServer, faultyServer, flushed, type Scenario, sound } from '../support/faulty-server.ts';
import { expectFailure, failure, wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const audio: Act = { audio: sound(4800) };
/** Begins to speak, and goes on in silence. */
const lingering: Scenario = { on: { flush: [[audio]] } };

let server: FaultyServer;
beforeEach(async () => {
  server = await faultyServer(lingering);
  return () => server.close();
});

const synth = (output: string) => ['synth', 'Hello there.', '-o', output, '--endpoint', server.wsUrl];

describe('vox synth, stopped in the middle', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: ends by itself, and keeps what came', async (signal) => {
    const ran = await place.vox(synth(`${signal}.wav`), {
      during: async (child) => {
        await server.answered('flush');
        child.kill(signal);
      },
    });
    expect(ran.signal).toBeNull();
    expectFailure(ran, 'E_INTERRUPTED', signal === 'SIGINT' ? /^interrupted$/ : `interrupted by ${signal}`);
    expect(failure(ran).kept).toBe(`${signal}.partial.wav`);
    expect(wavBytes(place.file(`${signal}.partial.wav`))).toEqual(Buffer.from(sound(4800)));
    expect(existsSync(place.file(`${signal}.wav`))).toBe(false);
  });

  it('while it waits for text', async () => {
    const ran = await place.vox(['synth', '-o', 'waiting.wav', '--endpoint', server.wsUrl], {
      during: async (child) => {
        child.stdin?.write('Hello');
        await server.asked;
        child.kill('SIGINT');
      },
    });
    expectFailure(ran, 'E_INTERRUPTED');
    expect(existsSync(place.file('waiting.wav'))).toBe(false);
  });

  it('while it connects', async () => {
    const silent = await faultyServer({ refuse: 'silence' });
    const ran = await place.vox(['synth', 'Hello there.', '-o', 'c.wav', '--endpoint', silent.wsUrl], {
      during: async (child) => {
        await silent.asked;
        child.kill('SIGINT');
      },
    });
    await silent.close();
    expectFailure(ran, 'E_INTERRUPTED');
    expect(place.names()).not.toContain('c.wav');
  });

  it('many files: the one under way is kept, those before stay, and no other is begun', async () => {
    const own = await faultyServer({ onWord: { second: [audio] }, on: { flush: [[audio, flushed], []] } });
    const ran = await place.vox(['synth', '--lines', '--out-dir', 'many', '--endpoint', own.wsUrl], {
      during: async (child) => {
        child.stdin?.end('The first.\nThe second.\nThe third.\n');
        await own.answered('flush', 2);
        child.kill('SIGINT');
      },
    });
    const texts = own.connections.flat().filter(({ type }) => type === 'text');
    await own.close();
    expectFailure(ran, 'E_INTERRUPTED');
    expect(failure(ran).kept).toBe('many/0002.partial.wav');
    expect(wavBytes(place.file('many/0001.wav')).length).toBe(4800);
    expect(texts).toHaveLength(2);
  });

  it('by two signals at once: with 130, and no temporary file', async () => {
    const ran = await place.vox(synth('twice.wav'), {
      during: async (child) => {
        await server.answered('flush');
        child.kill('SIGINT');
        child.kill('SIGTERM');
      },
    });
    expect(ran).toMatchObject({ code: 130, signal: null });
    expect(existsSync(place.file('twice.wav'))).toBe(false);
  });
});
