import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run, scratch, vox, voxPath } from '../support/vox.ts';
import { hearingService } from './hearing-service.ts';

const folder = scratch();
afterAll(folder.remove);
const at = (...names: string[]) => join(folder.path, ...names);

describe('--skip-existing', () => {
  it('goes on with the lines that have no file yet, and leaves the others alone', async () => {
    writeFileSync(at('lines.txt'), 'One.\nTwo.\nThree.\n');
    mkdirSync(at('clips'));
    writeFileSync(at('clips', '0002.wav'), 'mine');
    const ran = await vox(['synth', '--lines', '-f', at('lines.txt'), '--out-dir', at('clips'), '--skip-existing']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(readdirSync(at('clips')).sort()).toEqual(['0001.wav', '0002.wav', '0003.wav']);
    expect(readFileSync(at('clips', '0002.wav'), 'utf8')).toBe('mine');
    expect(ran.stderr).toContain('left as it was, because its file is there: 1');
    const again = await vox(['synth', '--lines', '-f', at('lines.txt'), '--out-dir', at('clips'), '--skip-existing']);
    expect([again.code, again.stderr.includes('is there: 3')]).toEqual([0, true]);
  });

  it('is not the rule: a file is made anew without it', async () => {
    writeFileSync(at('old.wav'), 'mine');
    expect((await vox(['synth', '-o', at('old.wav'), 'One.'])).code).toBe(0);
    expect(statSync(at('old.wav')).size).toBeGreaterThan(1000);
  });

  it('asks no service for a transcript that is there', async () => {
    const service = await hearingService();
    writeFileSync(at('talk.srt'), 'mine');
    const args = ['transcribe', at('old.wav'), '-o', at('talk.srt'), '--skip-existing', '--endpoint', service.wsUrl];
    const ran = await vox(args);
    expect([ran.code, readFileSync(at('talk.srt'), 'utf8'), service.messages]).toEqual([0, 'mine', []]);
    await service.close();
  });

  it('takes nothing but a file for done: not stdout, not a FIFO, not a folder', async () => {
    execFileSync('mkfifo', [at('fifo.wav')]);
    mkdirSync(at('folder.wav'));
    const synth = (path: string) => ['synth', '-o', path, 'One.', '--skip-existing'];
    const [piped, read] = await Promise.all([
      vox(synth(at('fifo.wav'))),
      run('timeout', ['20', 'cat', at('fifo.wav')]),
    ]);
    expect([piped.code, read.stdout.length > 1000, piped.stderr.includes('is there')]).toEqual([0, true, false]);
    const into = openSync(at('by-the-shell.wav'), 'w');
    const shell = await new Promise((settle) => {
      const child = spawn(process.execPath, [voxPath, ...synth('/dev/stdout')], { stdio: ['ignore', into, 'ignore'] });
      child.once('exit', settle);
    });
    closeSync(into);
    expect([shell, statSync(at('by-the-shell.wav')).size > 1000]).toEqual([0, true]);
    const refused = await vox(synth(at('folder.wav')));
    expect([refused.code, refused.stderr.includes('[E_FILE]')]).toEqual([6, true]);
  });

  it('has no half file to mistake for a whole one: a run that is killed leaves none under a final name', async () => {
    const text = 'This is a rather long line, so that there is time to be killed in the middle of it. '.repeat(400);
    const ran = await vox(['synth', '-o', at('killed.wav')], {
      async during(child) {
        child.stdin?.end(text);
        // It has begun to write when its temporary file is there.
        while (!readdirSync(folder.path).some((name) => name.endsWith('.tmp'))) await new Promise(setImmediate);
        child.kill('SIGKILL');
      },
    });
    expect(ran.signal).toBe('SIGKILL');
    expect(existsSync(at('killed.wav'))).toBe(false);
  });
});
