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

describe('what vox serve says of itself', () => {
  /** The start of what it prints, and its exit code. */
  const started = (args: readonly string[], env: Record<string, string> = {}) =>
    place.vox(['serve', '--port', '0', ...args], {
      env,
      async during(child) {
        await once(child.stdout ?? child, 'data');
        child.kill('SIGINT');
      },
    });
  const nowhere = { VOX_POCKETSPHINX_MODEL: '/nonexistent' };

  it('the routes of both directions, in both families, and to how many it listens', async () => {
    const ran = await started(['--engine', 'scripted', '--max-listeners', '3']);
    expect(ran.code).toBe(0);
    const text = ran.stdout.toString();
    expect(text).toMatch(/ws:\/\/127.0.0.1:\d+\/v1\/bridges\/unmute\/tts\/slng\/.*…\/stt\/slng\//);
    expect(text).toMatch(/ws:\/\/127.0.0.1:\d+\/v1\/tts\/slng\/.*\/v1\/stt\/slng\//);
    expect(text).toContain('It listens to 3 at once.');
  });

  it('that it cannot listen, and which packages to install; it speaks all the same', async () => {
    const ran = await started([], nowhere);
    expect(ran.code).toBe(0);
    expect(ran.stdout.toString()).toMatch(
      /It cannot listen: pocketsphinx is not installed here \(missing .*\/nonexistent.*\)\.\n {2}→ install the Debian packages pocketsphinx and pocketsphinx-en-us/,
    );
    const [event] = objects((await started(['--json'], nowhere)).stdout);
    expect(event).toMatchObject({ event: 'serving', listens: false, missing: expect.stringContaining('/nonexistent') });
  });

  it('--quiet: where it is', async () => {
    expect((await started(['--quiet', '--engine', 'scripted'])).stdout.toString()).toMatch(/^ws:\/\/127.0.0.1:\d+\n$/);
  });
});

describe('vox serve, listening', () => {
  /** A listener that is ready, or what it was told instead. */
  async function listener({ wsUrl }: Served) {
    const client = new WebSocket(`${wsUrl}/v1/bridges/unmute/stt/slng/deepgram/nova:3-en`);
    client.on('error', () => {});
    await once(client, 'open');
    client.send(JSON.stringify({ type: 'init', config: { encoding: 'linear16', sample_rate: 16_000 } }));
    const [data] = await once(client, 'message');
    return { client, said: JSON.parse(String(data)), closed: once(client, 'close') };
  }

  it.each([
    { flags: [], most: 8 },
    { flags: ['--max-listeners', '2'], most: 2 },
  ])(
    'to $most at once: one more is refused in the words of the protocol, and the others go on',
    async ({ flags, most }) => {
      const served = await serve(['--engine', 'scripted', ...flags]);
      const health = async () => (await fetch(`${served.url}/healthz`)).json();
      try {
        const taken = await Promise.all(Array.from({ length: most }, () => listener(served)));
        for (const { said } of taken) expect(said).toMatchObject({ type: 'ready' });
        expect(await health()).toMatchObject({ listeners: most });
        const one = await listener(served);
        expect(one.said).toMatchObject({ type: 'error', code: 'rate_limit' });
        expect(String(one.said.message)).toContain(`listens to ${most} at once`);
        expect((await one.closed)[0]).toBe(1013);
        const ran = await place.vox(['listen', '--source', 'stdin', '--endpoint', served.wsUrl], { input: 'PCM!' });
        expectFailure(ran, 'E_RATE_LIMIT', `listens to ${most} at once`);
        const [first] = taken;
        first?.client.send(JSON.stringify({ type: 'finalize' }));
        const [answer] = first ? await once(first.client, 'message') : [];
        expect(JSON.parse(String(answer))).toMatchObject({ type: 'final_transcript' });
        // A place that is free again is taken.
        first?.client.send(JSON.stringify({ type: 'close' }));
        await first?.closed;
        expect((await listener(served)).said).toMatchObject({ type: 'ready' });
      } finally {
        expect(await served.stop()).toBe(0);
      }
    },
  );

  it('is in the catalogue, and in its health', async () => {
    const served = await serve(['--engine', 'scripted']);
    const asked = async (path: string) => (await fetch(`${served.url}${path}`)).json();
    expect(await asked('/v1/catalog/models?service_type=stt')).toMatchObject({
      items: [{ name: 'scripted', service_type: 'stt', streaming: true, languages: ['en'] }],
    });
    expect(await asked('/healthz')).toMatchObject({ listeners: 0 });
    expect(await served.stop()).toBe(0);
  });

  it('without a recogniser tells each client why, and goes on', async () => {
    const served = await serve([], { VOX_POCKETSPHINX_MODEL: '/nonexistent' });
    const { said, closed } = await listener(served);
    expect(said).toMatchObject({ type: 'error', message: expect.stringContaining('pocketsphinx is not installed') });
    expect((await closed)[0]).toBe(1011);
    expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
    expect(await served.stop()).toBe(0);
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
