import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { gate, type Passage } from '../support/gate.ts';
import { needs } from '../support/programs.ts';
import { run, type Served, scratch, serve, vox } from '../support/vox.ts';
import { failure } from './workplace.ts';

const folder = scratch();
const at = (name: string) => join(folder.path, name);
const env = { DEEPGRAM_API_KEY: 'k', TELNYX_API_KEY: 'k' };
const text = ['The baker waits for the rain.', 'A small boat remembers the winter.', 'Our train is late.'].join('\n\n');

const { describe, it } = needs('ffmpeg');

describe('a file of compressed sound, over a connection that is lost', () => {
  let server: Served;
  beforeAll(async () => {
    server = await serve();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    folder.remove();
  });

  async function synth(name: string, passages: readonly Passage[], args: readonly string[], input = text) {
    const before = await gate(server.wsUrl, passages);
    const into = ['synth', '-o', at(name), '--endpoint', before.wsUrl, ...args];
    const ran = await vox(into, { env, input, withinMs: 60_000 }).finally(() => before.close());
    return { ran, connections: before.arrivals.length };
  }

  /** As linear16; a fault in the file is one of the test. */
  async function decoded(name: string): Promise<Buffer> {
    const argv = ['-v', 'error', '-xerror', '-i', at(name), '-f', 's16le', '-ac', '1', '-ar', '24000', '-'];
    const ran = await run('ffmpeg', argv);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    return ran.stdout;
  }

  it.each(['mp3', 'opus'])('has no join where it is made here: .%s', async (kind) => {
    const here = ['--provider', 'deepgram', '--limits', 'off', '--quiet'];
    expect((await synth(`whole.${kind}`, ['pass'], here)).ran).toMatchObject({ code: 0, stderr: '' });
    // In the middle of the first paragraph's sound, and of the second's.
    const cuts: Passage[] = [60_000, 30_000].map((bytes) => ({ cutAfter: bytes, of: 'server' }));
    const cut = await synth(`cut.${kind}`, [...cuts, 'pass'], here);
    expect([cut.ran.code, cut.connections], cut.ran.stderr).toEqual([0, 3]);
    expect((await decoded(`cut.${kind}`)).equals(await decoded(`whole.${kind}`))).toBe(true);
  });

  it('fails aloud where the service makes it, and keeps what came, which can be heard', async () => {
    const theirs = ['--provider', 'telnyx', '--encoding', 'mp3', '--quiet'];
    // So much that it is many messages, however slowly it is made: before the first, nothing is lost.
    const long = Array(8).fill(text).join('\n\n');
    expect((await synth('whole.mp3', ['pass'], theirs, long)).ran).toMatchObject({ code: 0, stderr: '' });
    const half = Math.round(readFileSync(at('whole.mp3')).length * 0.6);
    const cut = await synth('cut.mp3', [{ cutAfter: half, of: 'server' }, 'pass'], theirs, long);
    expect([cut.ran.code, cut.connections], cut.ran.stderr).toEqual([4, 1]);
    expect(failure(cut.ran)).toMatchObject({ code: 'E_CLOSED', kept: at('cut.partial.mp3') });
    const kept = readFileSync(at('cut.partial.mp3'));
    expect(readFileSync(at('whole.mp3')).subarray(0, kept.length).equals(kept)).toBe(true);
  });
});
