import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { run, scratch, serve, vox, voxPath } from '../support/vox.ts';
import { lines, turnOf } from './played.ts';
import { Screen } from './screen.ts';

const folder = scratch();
afterAll(folder.remove);
const at = (name: string) => join(folder.path, name);

let screen: Screen | undefined;
afterEach(() => screen?.close());

needs('tmux').describe('vox serve at a terminal', () => {
  it('prints what to paste, which works, and ends with 0 at Ctrl-C', async () => {
    screen = await Screen.of(['serve', '--port', '0']);
    const rows = await screen.until(/Ctrl-C ends it/);
    const url = /\((http:\/\/127\.0\.0\.1:\d+)\/healthz\)/.exec(rows.join('\n'))?.[1] ?? '';
    const paste = rows.find((row) => row.includes('export ')) ?? '';
    expect(paste.trim()).toBe(`export VOX_ENDPOINT=${url.replace('http', 'ws')}`);
    expect(rows.join('\n')).toContain(`${url.replace('http', 'ws')}/v1/bridges/unmute/tts/slng/deepgram/aura:2-en`);

    const health = await fetch(`${url}/healthz`);
    expect(health.status).toBe(200);
    const shell = `${paste}\n"$0" "$1" synth 'Pasted into a shell.' -o "$2" --json`;
    const ran = await run('sh', ['-c', shell, process.execPath, voxPath, at('pasted.wav')]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(lines(ran)[0]).toMatchObject({ event: 'chosen', provider: 'slng', why: 'an endpoint is given' });
    expect(statSync(at('pasted.wav')).size).toBe(44 + Number(turnOf(ran).bytes));

    await screen.press('C-c');
    expect((await screen.until(/exit code/)).at(-1)).toBe('exit code 0');
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });
});

describe('vox serve', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 0 at %s, also while somebody is being spoken to',
    async (signal) => {
      const served = await serve();
      const text = 'This is a long text. '.repeat(200);
      let stopped: number | null | undefined;
      const ran = await vox(['synth', '--endpoint', served.wsUrl, '-o', '-', '--format', 'pcm'], {
        during: async (child) => {
          child.stdin?.end(text);
          await new Promise((resolve) => child.stdout?.once('data', resolve));
          stopped = await served.stop(signal);
        },
      });
      expect(stopped).toBe(0);
      // Who was being spoken to is told, with the code of a connection that went away, and is not left hanging.
      expect([4, 5]).toContain(ran.code);
      expect(ran.stderr).toMatch(/\[E_\w+\]\n {2}→ /);
    },
  );

  it('lets in who has the key, and tells the others why not', async () => {
    const served = await serve([], { VOX_SERVE_KEY: 'the-key-of-the-test' });
    const speak = (env: Record<string, string>) =>
      vox(['synth', 'Hello.', '-o', at('keyed.pcm')], { env: { VOX_ENDPOINT: served.wsUrl, ...env } });
    const [right, wrong, none] = await Promise.all([
      speak({ SLNG_API_KEY: 'the-key-of-the-test' }),
      speak({ SLNG_API_KEY: 'another-key' }),
      speak({}),
    ]);
    expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
    expect(await served.stop()).toBe(0);
    expect(right.code).toBe(0);
    expect(readFileSync(at('keyed.pcm')).length).toBeGreaterThan(10_000);
    for (const ran of [wrong, none]) {
      expect(ran.code).toBe(3);
      expect(ran.stderr).toMatch(/\[E_AUTH\]/);
      expect(ran.stderr).not.toContain('another-key');
    }
  });

  it('takes no other host without a key', async () => {
    const ran = await vox(['serve', '--host', '0.0.0.0', '--port', '0']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/VOX_SERVE_KEY/);
  });
});
