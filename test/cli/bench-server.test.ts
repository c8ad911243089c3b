import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startLocalServer } from '../../src/cli/bench-server.ts';
import { systemClock } from '../../src/clock.ts';
import { SpeechError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { scratch } from '../support/vox.ts';

const folder = scratch();
afterAll(folder.remove);

let programs = 0;
/** An executable that does this, in place of vox. */
function program(source: string): string {
  const path = join(folder.path, `${++programs}.mjs`);
  writeFileSync(path, source);
  return path;
}

const serving = `
  const told = { event: 'serving', wsUrl: 'ws://127.0.0.1:1', args: process.argv.slice(2), key: process.env.VOX_SERVE_KEY };
  console.log(JSON.stringify(told));`;
const untilStdinEnds = `process.stdin.resume().on('end', () => process.exit(0));`;

function start(voxPath: string, options: { maxListeners?: number; signal?: AbortSignal; lost?: string[] } = {}) {
  const { lost = [], signal = new AbortController().signal, maxListeners } = options;
  const onLost = (words: string) => lost.push(words);
  const limits = maxListeners === undefined ? {} : { maxListeners };
  return startLocalServer({ clock: systemClock, env: process.env, signal, onLost, voxPath, ...limits });
}

describe('the local server in a process of its own', () => {
  it('is told where, by stdout, and its key by the environment alone', async () => {
    const report = join(folder.path, 'report.json');
    const echo = `import { writeFileSync } from 'node:fs';
      const key = process.env.VOX_SERVE_KEY;
      writeFileSync(${JSON.stringify(report)}, JSON.stringify({ args: process.argv.slice(2), key }));`;
    const server = await start(program(`${echo}${serving}${untilStdinEnds}`), { maxListeners: 12 });
    const { args, key } = JSON.parse(readFileSync(report, 'utf8'));
    expect(server).toMatchObject({ wsUrl: 'ws://127.0.0.1:1', key });
    expect(key).toMatch(/^[\w-]{32}$/);
    expect(args).toEqual(['serve', '--port', '0', '--json', '--until-stdin-ends', '--max-listeners', '12']);
    await server.close();
  });

  it('ends when it is closed, and that is no loss', async () => {
    const lost: string[] = [];
    const server = await start(program(`${serving}${untilStdinEnds}`), { lost });
    await server.close();
    await server.close();
    expect(lost).toEqual([]);
  });

  it('tells when it ends by itself, in its own last words', async () => {
    const falls = program(`${serving} console.error('one\\nthe disk is full'); process.exitCode = 3;`);
    const words = await new Promise<string>((onLost, reject) => {
      const tools = { clock: systemClock, env: process.env, signal: new AbortController().signal };
      startLocalServer({ ...tools, onLost, voxPath: falls }).catch(reject);
    });
    expect(words).toBe('the local server has ended: the disk is full');
  });

  it('tells its own error, with its code', async () => {
    const error = { event: 'error', code: 'E_FILE', message: 'no such voice', todo: 'look' };
    const starting = start(program(`console.log(${JSON.stringify(JSON.stringify(error))}); process.exitCode = 6;`));
    await expect(starting).rejects.toMatchObject({
      code: 'E_FILE',
      message: 'the local server did not start: no such voice',
      todo: 'look',
    });
  });

  it.each([
    ["console.error('out of memory')", 'did not start: out of memory'],
    ['', 'did not start'],
    ["console.log('hello')", 'did not say where it is'],
    ["console.log('null')", 'did not say where it is'],
    ["console.log(JSON.stringify({ code: 'toString', message: 'x' }))", 'did not say where it is'],
  ])('tells what is wrong with one that does %j', async (source, words) => {
    await expect(start(program(source))).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: `the local server ${words}`,
    });
  });

  it('is not there to be started', async () => {
    await expect(start(join(folder.path, 'none.mjs'))).rejects.toMatchObject({ code: 'E_ENGINE' });
  });

  it('is waited for no longer than is bearable, and then killed', async () => {
    const clock = new ManualClock();
    const stays = program(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`);
    const tools = { env: process.env, signal: new AbortController().signal, onLost: () => {} };
    const starting = startLocalServer({ clock, ...tools, voxPath: stays });
    const refused = expect(starting).rejects.toMatchObject({ message: 'the local server did not start in 20 s' });
    await clock.advance(20_000);
    // It does not look at its stdin either.
    await clock.advance(3000);
    await refused;
    expect(clock.pending).toBe(0);
  });

  it('is given up when the command is', async () => {
    const stop = new AbortController();
    const starting = start(program(untilStdinEnds), { signal: stop.signal });
    const reason = new SpeechError('E_INTERRUPTED', 'interrupted');
    stop.abort(reason);
    await expect(starting).rejects.toBe(reason);
    await expect(start('unused', { signal: stop.signal })).rejects.toBe(reason);
  });
});
