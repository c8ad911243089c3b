import { describe, expect, it } from 'vitest';
import { inParallel } from '../../src/cli/jobs.ts';

async function* of<T>(...items: T[]): AsyncIterable<T> {
  yield* items;
}

interface Asked {
  readonly jobs: AsyncIterable<number>;
  readonly width: number;
  readonly work: (job: number) => Promise<void>;
  /** After a failure of this kind nothing more is begun. */
  readonly hopeless?: string;
}

/** Does it, and tells what was done, what failed, and how many workers were open and closed. */
async function done({ jobs, width, work, hopeless }: Asked) {
  const made: number[] = [];
  const failed: [number | undefined, unknown][] = [];
  let open = 0;
  let opened = 0;
  const first = await inParallel(jobs, width, {
    open: () => {
      open++;
      return ++opened;
    },
    work: async (job: number) => {
      await work(job);
      made.push(job);
    },
    close: async () => {
      open--;
    },
    failed: (thrown, job) => {
      failed.push([job, thrown]);
      return thrown !== hopeless;
    },
  });
  return { made: made.sort(), failed, first, open, opened };
}

const fine = async () => {};

describe('inParallel', () => {
  it.each([1, 2, 5])('does everything, %i at a time, and closes what it opened', async (width) => {
    const result = await done({ jobs: of(1, 2, 3), width, work: fine });
    expect(result).toEqual({ made: [1, 2, 3], failed: [], first: undefined, open: 0, opened: width });
  });

  it('has no more under way than it may', async () => {
    let now = 0;
    let most = 0;
    let meet = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const work = async () => {
      most = Math.max(most, ++now);
      if (now === 2) meet();
      await met;
      now--;
    };
    await done({ jobs: of(1, 2, 3, 4, 5, 6), width: 2, work });
    expect(most).toBe(2);
  });

  it('goes on after a failure', async () => {
    const work = (job: number) => (job === 2 ? Promise.reject('two') : fine());
    const result = await done({ jobs: of(1, 2, 3), width: 1, work });
    expect(result).toMatchObject({ made: [1, 3], failed: [[2, 'two']], first: 'two', open: 0 });
  });

  it('answers with the first failure in the order of the jobs, not of time', async () => {
    let release = () => {};
    const waits = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = async (job: number) => {
      if (job === 1) await waits.then(() => Promise.reject('one'));
      release();
      throw 'two';
    };
    expect(await done({ jobs: of(1, 2), width: 2, work })).toMatchObject({
      failed: [
        [2, 'two'],
        [1, 'one'],
      ],
      first: 'one',
    });
  });

  it('begins nothing more after a failure that every other would meet', async () => {
    const work = (job: number) => Promise.reject(job === 2 ? 'hopeless' : 'other');
    const result = await done({ jobs: of(1, 2, 3, 4), width: 1, work, hopeless: 'hopeless' });
    expect(result.failed).toEqual([
      [1, 'other'],
      [2, 'hopeless'],
    ]);
    expect(result.first).toBe('other');
  });

  it('finishes what is under way when the source of the jobs fails', async () => {
    async function* source() {
      yield 1;
      throw 'source';
    }
    let finish = () => {};
    const waits = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const running = done({ jobs: source(), width: 2, work: () => waits });
    finish();
    expect(await running).toEqual({ made: [1], failed: [[undefined, 'source']], first: 'source', open: 0, opened: 2 });
  });
});
