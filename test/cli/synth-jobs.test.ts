import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textInput } from '../../src/cli/input.ts';
import { planJobs, type SynthJob, type SynthPlan } from '../../src/cli/synth-jobs.ts';

const never = new AbortController().signal;

async function jobsOf({ jobs }: SynthPlan): Promise<SynthJob[]> {
  const all: SynthJob[] = [];
  for await (const job of jobs) all.push(job);
  return all;
}

describe('planJobs', () => {
  it('makes one file of one text', async () => {
    const plan = planJobs([textInput('text', 'Hello.')], { output: 'x.wav' }, never);
    expect(plan).toMatchObject({ kind: 'wav', total: 1 });
    expect((await jobsOf(plan)).map(({ path, chars }) => ({ path, chars }))).toEqual([{ path: 'x.wav' }]);
  });

  it('knows how many files it makes of several texts', async () => {
    const inputs = ['a.txt', 'b.md', 'c'].map((name) => textInput(name, name));
    const plan = planJobs(inputs, { outDir: 'out', format: 'pcm' }, never);
    expect(plan).toMatchObject({ kind: 'pcm', total: 3 });
    expect((await jobsOf(plan)).map(({ path }) => path)).toEqual(
      ['a.pcm', 'b.pcm', 'c.pcm'].map((name) => join('out', name)),
    );
  });

  it('makes a file of each line, and says which characters of the text it ends', async () => {
    const text = 'one\r\n\n  \ntwo\nthree';
    const plan = planJobs([textInput('text', text)], { outDir: 'out', lines: true }, never);
    expect(plan.total).toBeUndefined();
    const jobs = await jobsOf(plan);
    expect(jobs.map(({ path, input: { name } }) => [path, name])).toEqual([
      [join('out', '0001.wav'), 'line 1'],
      [join('out', '0004.wav'), 'line 4'],
      [join('out', '0005.wav'), 'line 5'],
    ]);
    // A CR is cut off with the line's end; what is missing at the end of the last line is counted as if it were there.
    expect(jobs.map(({ chars }) => chars)).toEqual([4, 1 + 3 + 4, 6]);
  });

  it.each([
    [{ output: 'a.wav', outDir: 'b' }, /exclude/],
    [{ lines: true }, /--lines needs --out-dir/],
    [{}, /nothing to write to/],
    [{ output: 'a.flac' }, /does not write \.flac/],
  ])('refuses %j', (wanted, says) => {
    expect(() => planJobs([textInput('text', 'x')], wanted, never)).toThrow(says);
  });
});
