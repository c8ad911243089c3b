import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { planTranscripts } from '../../src/cli/transcribe-jobs.ts';

const stdin = new PassThrough();
const io = { stdin };
const folder = mkdtempSync(join(tmpdir(), 'vox-jobs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

type Wanted = Partial<Parameters<typeof planTranscripts>[1]>;
const plan = (files: readonly string[], wanted: Wanted = {}) => planTranscripts(files, { jobs: 1, ...wanted }, io);
const targets = (files: readonly string[], wanted: Wanted = {}) => plan(files, wanted).map((job) => job.targets);
const toStdout = (kind: string) => ({ path: undefined, kind });

describe('planTranscripts', () => {
  it('sends a text to stdout where nothing else is said', () => {
    expect(plan(['a.wav'])).toEqual([{ name: 'a.wav', input: { path: 'a.wav' }, targets: [toStdout('text')] }]);
    expect(targets(['a.wav'], { format: 'vtt' })).toEqual([[toStdout('vtt')]]);
  });

  it('reads stdin for -, under a name of its own', () => {
    expect(plan(['-'])).toMatchObject([{ name: 'stdin', input: { stream: stdin, name: 'stdin' } }]);
    expect(targets(['-'], { outDir: 'd' })).toEqual([[{ path: join('d', 'stdin.txt'), kind: 'text' }]]);
  });

  it('writes what is named, by its ending, and leaves stdout alone', () => {
    expect(targets(['a.wav'], { output: ['x.srt', 'y.VTT', 'z', '-'], format: 'json' })).toEqual([
      [{ path: 'x.srt', kind: 'srt' }, { path: 'y.VTT', kind: 'vtt' }, { path: 'z', kind: 'json' }, toStdout('json')],
    ]);
  });

  it('gives stdout to the events under --json', () => {
    expect(targets(['a.wav', 'b.wav'], { json: true })).toEqual([[], []]);
    expect(targets(['a.wav'], { json: true, output: ['x.txt'] })).toEqual([[{ path: 'x.txt', kind: 'text' }]]);
  });

  it('names a file in a folder after each recording', () => {
    const named = targets(['in/a.wav', 'b.tar.mp3', '.hidden'], { outDir: 'd', format: 'srt' });
    expect(named.flat().map(({ path }) => path)).toEqual(
      ['a.srt', 'b.tar.srt', '.hidden.srt'].map((n) => join('d', n)),
    );
  });

  it('takes a reference for each, in their order', () => {
    const reference = [put('a.txt', 'one'), put('b.txt', 'zwei é')];
    expect(plan(['a.wav', 'b.wav'], { reference }).map((job) => job.reference)).toEqual(['one', 'zwei é']);
  });

  it.each([
    [['-', '-'], {}, 'E_USAGE', /'-' is given twice/],
    [['a', 'b'], { output: ['x.txt'] }, 'E_USAGE', /several recordings and one --output/],
    [['a', 'b'], { reference: ['x'] }, 'E_USAGE', /2 recordings and 1 references/],
    [['a', 'b'], { format: 'srt' }, 'E_USAGE', /do not make one srt/],
    [['a', 'b'], { format: 'vtt' }, 'E_USAGE', /do not make one vtt/],
    [['x/a.wav', 'y/a.mp3'], { outDir: 'd' }, 'E_USAGE', /would both become/],
    [['a'], { output: ['x.srt', 'y.vtt', './x.srt'] }, 'E_USAGE', /x\.srt is given twice/],
    [['a.wav'], { output: ['d/a.txt'], outDir: 'd' }, 'E_USAGE', /a\.txt is given twice/],
    [['a'], { output: ['x.doc'] }, 'E_USAGE', /does not write transcripts as \.doc/],
    [['a'], { reference: [join(folder, 'nowhere')] }, 'E_FILE', /cannot read the reference .*no such file/],
    [['a'], { reference: [put('blank', ' \n')] }, 'E_USAGE', /the reference .*blank is empty/],
    [['a'], { reference: [put('latin', Uint8Array.of(0xe9))] }, 'E_NOT_UTF8', /latin is not UTF-8/],
  ] as const)('refuses %j with %j', (files, wanted, code, message) => {
    expect(() => plan(files, wanted)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('lets several be one stream of events, or of texts and objects', () => {
    expect(targets(['a', 'b'], { format: 'srt', json: true })).toEqual([[], []]);
    expect(targets(['a', 'b'], { format: 'json' })).toEqual([[toStdout('json')], [toStdout('json')]]);
  });
});
