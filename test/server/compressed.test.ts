import { afterEach, describe, expect, it, vi } from 'vitest';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { needs } from '../support/programs.ts';
import type { Client } from './support/client.ts';
import { gate } from './support/fake-engine.ts';
import { flush, init, start, text } from './support/start.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const initFor = (encoding: string) => ({ ...init, config: { encoding, sample_rate: 24000 } });

/** The first bytes of what each flush gave. */
function parts(client: Client): string[] {
  const found: string[] = [];
  let open = false;
  for (const item of client.came) {
    if ('audio' in item && !open) found.push(item.audio.subarray(0, 4).toString('latin1'));
    if ('audio' in item) open = true;
    else if (item.message.type === 'flushed') open = false;
  }
  return found;
}

const { it: withFfmpeg } = needs('ffmpeg');

describe('compressed audio', () => {
  withFfmpeg.each([
    ['mp3', /^\xff[\xe2-\xff]/],
    ['opus', /^OggS$/],
  ])('in %s: a whole stream for each flush, complete before flushed', async (encoding, start4) => {
    const { connect } = await start({ engine: createScriptedEngine() });
    const client = await connect();
    client.send(initFor(encoding), text('One sentence. And another one.'), flush, text('Again.'), flush, flush);
    await client.got('flushed', 3);
    const found = parts(client);
    expect(found).toHaveLength(2);
    for (const part of found) expect(part).toMatch(start4);
    const last = client.came.at(-1);
    expect(last && 'message' in last && last.message.type).toBe('flushed');
    expect(client.types.filter((type) => type !== 'timestamps')).toEqual(['ready', 'flushed', 'flushed', 'flushed']);
  });

  withFfmpeg('is the same for the same text', async () => {
    const { connect } = await start({ engine: createScriptedEngine() });
    const [a, b] = await Promise.all([connect(), connect()]);
    a.send(initFor('mp3'), text('Some words. More words.'), flush);
    b.send(initFor('mp3'), text('Some words. '), text('More words.'), flush);
    await Promise.all([a.got('flushed'), b.got('flushed')]);
    expect(a.audio.length).toBeGreaterThan(1000);
    expect(a.audio.equals(b.audio)).toBe(true);
  });

  withFfmpeg('stops at an interruption, and begins anew after it', async () => {
    const { connect, engine } = await start();
    engine.repeats = 2000;
    const held = gate();
    engine.gate = (words) => (words === 'Two.' ? held.promise : undefined);
    const client = await connect();
    client.send(initFor('mp3'), text('One one one. Two.'), flush);
    await client.until(() => client.audio.length > 0);
    client.send({ type: 'clear' });
    await client.got('cleared');
    const cleared = client.came.length;
    held.open();
    client.send(text('New.'), flush);
    await client.got('flushed');
    const after = client.came.slice(cleared).flatMap((item) => ('audio' in item ? [item.audio] : []));
    expect(after[0]?.subarray(0, 1).toString('latin1')).toBe('\xff');
    expect(engine.underWay).toBe(0);
  });

  withFfmpeg('goes on after a failure of the engine', async () => {
    const { connect } = await start({ engine: createScriptedEngine({ failAt: /bad/ }) });
    const client = await connect();
    client.send(initFor('opus'), text('A bad word. More.'), flush, text('Good.'), flush);
    await client.got('flushed', 2);
    expect(client.types.filter((type) => type !== 'timestamps')).toEqual(['ready', 'error', 'flushed', 'flushed']);
    expect(parts(client).at(-1)).toBe('OggS');
  });

  it.each(['mp3', 'opus'])('%s is refused at init where there is no ffmpeg', async (encoding) => {
    const { connect, engine } = await start();
    vi.stubEnv('PATH', '');
    const client = await connect();
    client.send(initFor(encoding));
    expect(await client.got('error')).toEqual({
      type: 'error',
      code: 'config_error',
      message: `${encoding} is made by the ffmpeg program, which this server does not find`,
    });
    expect(engine.requested).toHaveLength(0);
    const other = await connect();
    other.send(init, text('Hello.'), flush);
    await other.got('flushed');
  });
});
