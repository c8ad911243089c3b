import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BenchOutputs, wantedOutputs } from '../../src/cli/bench-outputs.ts';
import { systemClock } from '../../src/clock.ts';
import { scratch } from '../support/vox.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const at = (name: string) => join(folder.path, name);
const open = (...paths: string[]) => BenchOutputs.open(wantedOutputs(paths), systemClock, new AbortController().signal);
const texts = { json: ['{', '}'], csv: ['a,b'], md: ['# ü'], html: ['<p>'] };

describe('wantedOutputs', () => {
  it('are told by their endings', () => {
    expect(wantedOutputs(['a.json', 'dir.x/b.CSV', 'c.md', 'd.html']).map(({ kind }) => kind)).toEqual([
      'json',
      'csv',
      'md',
      'html',
    ]);
    expect(wantedOutputs()).toEqual([]);
  });

  it.each([
    [['a.txt'], 'vox does not write benches as .txt'],
    [['report'], 'the name report has no ending'],
    [['-'], 'stdout has the table'],
    [['a.json', './a.json'], '--output ./a.json is given twice'],
  ])('%j is refused', (paths, message) => {
    expect(() => wantedOutputs(paths)).toThrow(expect.objectContaining({ code: 'E_USAGE', message }));
  });
});

describe('BenchOutputs', () => {
  it('has each file under its name only when it is whole', async () => {
    writeFileSync(at('a.json'), 'before');
    const outputs = await open(at('a.json'), at('b.csv'), at('c.md'), at('d.html'));
    expect(readFileSync(at('a.json'), 'utf8')).toBe('before');
    expect(readdirSync(folder.path).filter((name) => !name.startsWith('.'))).toEqual(['a.json']);
    await outputs.write((kind) => texts[kind]);
    expect(readdirSync(folder.path)).toEqual(['a.json', 'b.csv', 'c.md', 'd.html']);
    expect(['a.json', 'b.csv', 'c.md', 'd.html'].map((name) => readFileSync(at(name), 'utf8'))).toEqual([
      '{}',
      'a,b',
      '# ü',
      '<p>',
    ]);
  });

  it('leaves nothing of the others where one cannot be opened', async () => {
    await expect(open(at('a.json'), at('none/b.csv'))).rejects.toMatchObject({ code: 'E_FILE' });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('leaves nothing when it is thrown away', async () => {
    const outputs = await open(at('a.json'));
    await outputs.discard();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('writes the others where one fails, and tells of that', async () => {
    const outputs = await open(at('a.json'), at('b.csv'), at('c.md'));
    const render = (kind: keyof typeof texts) => {
      if (kind === 'csv') throw new Error('no such plot');
      return texts[kind];
    };
    await expect(outputs.write(render)).rejects.toThrow('no such plot');
    expect(readdirSync(folder.path)).toEqual(['a.json', 'c.md']);
  });
});
