import { describe, expect, it } from 'vitest';
import { planFiles, usesStdout } from '../../src/cli/listen-files.ts';

describe('planFiles', () => {
  it('writes a text to stdout where nothing is said', () => {
    expect(planFiles({})).toEqual({ targets: [], stdout: true, save: undefined });
  });

  it('knows transcripts by their endings', () => {
    const { targets, stdout } = planFiles({ output: ['a.srt', 'b.VTT', 'c.txt', 'd'] });
    expect(targets).toEqual([
      { path: 'a.srt', kind: 'srt' },
      { path: 'b.VTT', kind: 'vtt' },
      { path: 'c.txt', kind: 'text' },
      { path: 'd', kind: 'text' },
    ]);
    expect(stdout).toBe(true);
  });

  it('leaves stdout to the events of --json, unless the text is asked for there', () => {
    expect(planFiles({ json: true }).stdout).toBe(false);
    expect(planFiles({ json: true, output: ['a.txt', '-'] })).toMatchObject({
      stdout: true,
      targets: [{ path: 'a.txt' }],
    });
    expect(planFiles({ output: ['-'] })).toEqual({ targets: [], stdout: true, save: undefined });
  });

  it.each(['x.wav', 'dir/x.WAV'])('saves audio as %s', (save) => {
    expect(planFiles({ save }).save).toBe(save);
  });

  it.each([
    [{ save: 'x.mp3' }, /kept as WAV/],
    [{ save: '-' }, /kept as WAV/],
    [{ output: ['a.json'] }, /\.json/],
    [{ output: ['a.doc'] }, /\.doc/],
    [{ output: ['a.srt', './a.srt'] }, /given twice/],
    [{ output: ['a.srt', 'b/../a.srt'] }, /given twice/],
  ])('refuses %j', (flags, says) => {
    expect(() => planFiles(flags)).toThrow(says);
  });
});

it.each([
  [undefined, false],
  [['a.txt'], false],
  [['-'], true],
  [['a.txt', '/dev/stdout'], true],
])('usesStdout: %j is %s', (output, is) => {
  expect(usesStdout(output)).toBe(is);
});
