import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serve } from '../support/vox.ts';
import { expectFailure, objects, workplace } from './workplace.ts';

const place = workplace();
let served: Served;
beforeAll(async () => {
  served = await serve(['--engine', 'scripted']);
  for (const [name, label] of [
    ['one', 'eu'],
    ['two', 'us'],
  ] as const) {
    const args = ['--prompts', 'short', '--warmup', '0', '--runs', '6', '--seed', '3', '--label', label];
    const ran = await place.vox(['bench', '--target', `slng?endpoint=${served.wsUrl}`, ...args, '-o', `${name}.json`]);
    expect(ran.code, ran.stderr).toBe(0);
  }
  place.put('none.json', '{"schema":"something else"}');
});
afterAll(async () => {
  await served.stop();
  place.remove();
});

const read = (name: string) => readFileSync(place.file(name), 'utf8');

describe('vox bench compare', () => {
  it('says figure by figure what is faster, slower, inconclusive', async () => {
    const ran = await place.vox(['bench', 'compare', 'one.json', 'two.json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const table = ran.stdout.toString();
    expect(table).toMatch(/^slng · short \(two\.json\) against slng · short \(one\.json\)\n/);
    expect(table).toMatch(/^ {2}ttfa mean +(faster by|slower by|inconclusive:) .* ms \(.* to .*\)$/m);
  });

  it('says of a result and itself that nothing was shown', async () => {
    const ran = await place.vox(['bench', 'compare', 'one.json', 'one.json', '--json']);
    const [compared] = objects(ran.stdout);
    expect(compared).toMatchObject({ event: 'comparison', kind: 'tts' });
    const figures = JSON.parse(JSON.stringify(compared)).figures;
    expect(figures.length).toBeGreaterThan(5);
    for (const figure of figures) expect(figure).toMatchObject({ effect: 0, verdict: 'inconclusive', paired: true });
  });

  it.each([
    [['compare', 'one.json', 'gone.json'], 'E_FILE', 'cannot read gone.json'],
    [['compare', 'one.json', 'none.json'], 'E_FILE', 'none.json is no result of vox bench'],
    [['report', 'none.json'], 'E_FILE', 'none.json is no result of vox bench'],
    [['report', 'one.json', 'two.json', 'one.json'], 'E_USAGE', 'the same measurement is given twice (eu, begun '],
    [['report', 'one.json', '-o', 'a.pdf'], 'E_USAGE', 'as .pdf'],
    [['report', 'one.json', '-o', 'none/a.html'], 'E_FILE', 'none/a.html'],
  ] as const)('%j is refused', async (args, code, message) => {
    expectFailure(await place.vox(['bench', ...args]), code, message);
  });

  it.each([[['compare', 'one.json']], [['report']], [['compare', 'a', 'b', 'c']]])('%j is usage', async (args) => {
    expectFailure(await place.vox(['bench', ...args]), 'E_USAGE');
  });
});

describe('vox bench report', () => {
  it('merges the runs of several machines, never their percentiles', async () => {
    const outputs = ['-o', 'both.json', '-o', 'both.html', '-o', 'both.csv'];
    const ran = await place.vox(['bench', 'report', 'one.json', 'two.json', ...outputs]);
    expect(ran.code, ran.stderr).toBe(0);
    const { runs, machines, summary } = JSON.parse(read('both.json'));
    expect(machines.map(({ label }: { label: string }) => label)).toEqual(['eu', 'us']);
    expect(runs.map(({ run }: { run: number }) => run)).toEqual(runs.map((_: unknown, at: number) => at));
    const counted = runs.filter(({ invalid }: { invalid?: string }) => invalid === undefined);
    expect(runs.length).toBeGreaterThanOrEqual(12);
    expect(ran.stdout.toString()).toMatch(new RegExp(`^slng, short {2}${counted.length} measured`));
    const sum = counted.reduce((before: number, { ttfaMs }: { ttfaMs: number }) => before + ttfaMs, 0);
    expect(summary.ttfaMs).toMatchObject({ count: counted.length, mean: expect.closeTo(sum / counted.length, 3) });
    expect(read('both.csv').trimEnd().split('\n')).toHaveLength(runs.length + 1);
    expect(read('both.html')).toContain('<html');
  });

  it('renders one again as it was, over the file itself too', async () => {
    const before = JSON.parse(read('one.json'));
    const ran = await place.vox(['bench', 'report', 'one.json', '-o', 'one.json', '-q']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(read('one.json'))).toEqual(before);
  });
});
