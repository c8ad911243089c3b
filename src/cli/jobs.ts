interface ParallelWork<Job, Worker> {
  open(): Worker;
  work(job: Job, worker: Worker): Promise<void>;
  close(worker: Worker): Promise<void>;
  /** Hears each failure; without a job it is that of their source. Answers whether the rest can still be done. */
  failed(thrown: unknown, job: Job | undefined): boolean;
}

/**
 * Does many things, `width` at a time, each worker with a resource of its own (a session). Resolves, when every worker
 * has closed, with the first failure in the order of the jobs, or undefined.
 */
export async function inParallel<Job, Worker>(
  jobs: AsyncIterable<Job>,
  width: number,
  { open, work, close, failed }: ParallelWork<Job, Worker>,
): Promise<unknown> {
  const source = jobs[Symbol.asyncIterator]();
  let started = 0;
  let goesOn = true;
  let first: { at: number; thrown: unknown } | undefined;
  const fail = (thrown: unknown, at: number, job?: Job) => {
    goesOn = failed(thrown, job) && goesOn;
    if (first === undefined || at < first.at) first = { at, thrown };
  };
  const nextJob = async (): Promise<Job | undefined> => {
    try {
      const next = await source.next();
      return next.done ? undefined : next.value;
    } catch (thrown) {
      // There will be no more, whatever is said to it; those under way are still finished.
      fail(thrown, Number.POSITIVE_INFINITY);
      return undefined;
    }
  };
  const run = async () => {
    const worker = open();
    try {
      while (goesOn) {
        const job = await nextJob();
        if (job === undefined) return;
        const at = started++;
        await work(job, worker).catch((thrown) => fail(thrown, at, job));
      }
    } finally {
      await close(worker);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, run));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
  return first?.thrown;
}
