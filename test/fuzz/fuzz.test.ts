import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { brokenReaders } from './broken.ts';
import { bundledWorker, fixtures, fixturesOf, fuzz } from './driver.ts';
import { readers } from './readers.ts';

let worker: Awaited<ReturnType<typeof bundledWorker>>;
beforeAll(async () => {
  worker = await bundledWorker();
});
afterAll(() => worker.remove());

const seed = Number(process.env.VOX_SEED ?? 1 + Math.floor(Math.random() * 1_000_000));
const cases = 2000;
const patienceMs = 120_000;

const { it: itWithFfmpeg } = needs('ffmpeg');

describe(`2,000 hostile inputs each, seed ${seed}`, () => {
  for (const [reader, { from }] of Object.entries(readers)) {
    const itReads = from === 'ffmpeg' ? itWithFfmpeg : it;
    itReads(
      reader,
      async () => {
        const given = fixturesOf(reader);
        if (given.length > 0)
          expect(await fuzz(reader, worker.path, { cases: 0, seed, given })).not.toHaveProperty('fault');
        const fuzzed = await fuzz(reader, worker.path, { cases, seed });
        expect(fuzzed).not.toHaveProperty('fault');
        expect(fuzzed.cases).toBe(cases);
      },
      patienceMs,
    );
  }
});

it('what was found is of a reader that there is', () => {
  const folders = existsSync(fixtures) ? readdirSync(fixtures) : [];
  expect(folders.filter((name) => !Object.hasOwn(readers, name))).toEqual([]);
});

it('README says how many there are', () => {
  expect(readFileSync('README.md', 'utf8')).toContain(`${Object.keys(readers).length} × 2,000`);
});

describe('a reader that is broken on purpose', () => {
  it.each(Object.entries(brokenReaders))(
    '%s: is found out',
    async (reader, { why }) => {
      const { fault } = await fuzz(reader, worker.path, { cases, seed });
      expect(fault?.why).toMatch(why);
    },
    patienceMs,
  );
});
