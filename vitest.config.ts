import { configDefaults, defineConfig } from 'vitest/config';

const results = process.env.VOX_TEST_RESULTS;

/** What times to the millisecond has the machine to itself: it runs when all others have, a file at a time. */
const alone = ['test/bench/exact/exact.test.ts', 'test/bench/exact/hear.test.ts'];

/** What would keep others waiting for minutes runs behind them. */
const last = ['test/soak/soak.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'vox', include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...alone, ...last] },
      },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'last', include: last, sequence: { groupOrder: 2 } } },
    ],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
  },
});
