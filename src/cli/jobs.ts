interface ParallelWork<Job, Worker> {
  open(): Worker;
  work(job: Job, worker: Worker): Promise<void>;
  close(worker: Worker): Promise<void>;
  failed(job: Job, thrown: unknown): void;
}

/**
 * Does many things, `width` at a time, each worker with a resource of its own (a session). A failure does not stop
 * the others. Resolves with the first failure in the order of the jobs, or undefined.
 */
export async function inParallel<Job, Worker>(
  jobs: AsyncIterable<Job>,
  width: number,
  { open, work, close, failed }: ParallelWork<Job, Worker>,
): Promise<unknown> {
  const source = jobs[Symbol.asyncIterator]();
  let started = 0;
  let first: { at: number; thrown: unknown } | undefined;
  const run = async () => {
    const worker = open();
    try {
      for (;;) {
        const next = await source.next();
        if (next.done) return;
        const at = started++;
        try {
          await work(next.value, worker);
        } catch (thrown) {
          failed(next.value, thrown);
          if (first === undefined || at < first.at) first = { at, thrown };
        }
      }
    } finally {
      await close(worker);
    }
  };
  await Promise.all(Array.from({ length: width }, run));
  return first?.thrown;
}
