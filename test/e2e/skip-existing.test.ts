import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratch, vox } from '../support/vox.ts';
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
