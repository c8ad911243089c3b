import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type Served, serve } from '../support/vox.ts';
import { expectFailure, failure, key, objects, wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

describe('vox serve, started wrongly', () => {
  it('on a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const ran = await place.vox(['serve', '--port', String(port)]);
    other.close();
    expectFailure(ran, 'E_USAGE', `cannot listen on 127.0.0.1:${port}: the port is in use`);
    expect(failure(ran).todo).toContain('--port');
    expect(ran.stdout.length).toBe(0);
  });

  it.each([
    ['to the world without a key', ['--host', '0.0.0.0'], {}, 'E_INSECURE', 'without a key'],
    ['with an empty key', ['--host', '0.0.0.0', '--key', ''], {}, 'E_USAGE', 'the key of the server is empty'],
    ['with an empty key in the environment', [], { VOX_SERVE_KEY: ' ' }, 'E_USAGE', 'is empty'],
    ['on an address that is not here', ['--host', '192.0.2.1', '--key', key], {}, 'E_USAGE', 'no such address'],
    ['on a port that cannot be', ['--port', '65536'], {}, 'E_USAGE', 'from 0 to 65535'],
    ['with an engine that is none', ['--engine', 'steam'], {}, 'E_USAGE', 'steam'],
  ] as const)('%s', async (_name, args, env, code, says) => {
    const ran = await place.vox(['serve', '--port', '0', ...args], { env });
    expectFailure(ran, code, says);
    expect(ran.stdout.length).toBe(0);
  });

  it('says it to a script as an object', async () => {
    const ran = await place.vox(['serve', '--host', '0.0.0.0', '--json']);
    expect(objects(ran.stdout)).toMatchObject([{ event: 'error', code: 'E_INSECURE', exitCode: 2 }]);
  });
});

describe('vox serve, stopped', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s: exit 0', async (signal) => {
    const served = await serve();
    expect(await served.stop(signal)).toBe(0);
  });

  it('while it speaks to somebody: that one is told, and the exit code is 0', async () => {
    const served = await serve(['--engine', 'scripted']);
    const client = await connected(served);
    const gone = once(client, 'close');
    expect(await served.stop()).toBe(0);
    expect((await gone)[0]).toBe(1001);
  });

  it('a second signal ends it at once, though a client never answers', async () => {
    const served = await serve(['--engine', 'scripted']);
    const client = await connected(served);
    const ended = once(served.child, 'close');
    // Stops reading, and so never answers the close that the first signal brings.
    client.pause();
    served.child.kill('SIGINT');
    served.child.kill('SIGTERM');
    expect((await ended)[0]).toBe(130);
    client.terminate();
  });

  async function connected(served: Served): Promise<WebSocket> {
    const client = new WebSocket(`${served.wsUrl}/v1/tts/slng/deepgram/aura:2-en`);
    client.on('error', () => {});
    await once(client, 'open');
    client.send(JSON.stringify({ type: 'init', config: { encoding: 'linear16', sample_rate: 24_000 } }));
    await once(client, 'message');
    client.send(JSON.stringify({ type: 'text', text: 'A long sentence that is being spoken. '.repeat(20) }));
    client.send(JSON.stringify({ type: 'flush' }));
    return client;
  }
});

describe('vox synth at vox serve', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve([], { VOX_SERVE_KEY: key });
  });
  afterAll(async () => {
    expect(await served.stop()).toBe(0);
  });

  const synth = (args: readonly string[], env: Record<string, string | undefined> = {}) =>
    place.vox(['synth', 'Hello there.', '-o', 'x.wav', '--endpoint', served.wsUrl, ...args], { env });

  it('with the key', async () => {
    expect(await synth([])).toMatchObject({ code: 0 });
    expect(wavBytes(place.file('x.wav')).length).toBeGreaterThan(10_000);
  });

  it.each([
    ['with another key', [], { SLNG_API_KEY: 'another-one' }, 'E_AUTH', /401/],
    ['without a key', [], { SLNG_API_KEY: undefined }, 'E_AUTH', /401/],
    ['with a dictionary that it does not have', ['--pronunciation', 'nobody'], {}, 'E_PRONUNCIATION', /nobody/],
    ['in a language that nobody speaks', ['--language', 'tlh'], {}, 'E_REQUEST', /tlh/],
  ] as const)('%s', async (_name, args, env, code, says) => {
    expectFailure(await synth(args, env), code, says);
  });

  it('in an encoding that it cannot make', async () => {
    mkdirSync(place.file('no-programs'));
    const poor = await serve(['--engine', 'scripted'], { PATH: place.file('no-programs') });
    const ran = await place.vox(['synth', 'Hello there.', '-o', 'x.mp3', '--endpoint', poor.wsUrl]);
    expect(await poor.stop()).toBe(0);
    expectFailure(ran, 'E_REQUEST', /mp3.*ffmpeg|ffmpeg.*mp3/);
  });

  it('with a voice that it does not have: it speaks with another, and says so', async () => {
    const ran = await synth(['--voice', 'nobody']);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/warning: flite has no voice "nobody"/);
  });
});
