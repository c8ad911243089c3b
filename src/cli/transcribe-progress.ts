import type { Clock } from '../clock.ts';
import type { Reporter } from '../report/reporter.ts';
import type { TranscriptJob } from './transcribe-jobs.ts';

interface ProgressTools {
  readonly clock: Pick<Clock, 'now'>;
  readonly reporter: Pick<Reporter, 'progress'>;
}

/** How far recordings have been sent: the seconds of a single one, the files of several, and the time that is left. */
export class TranscribeProgress {
  readonly #running: ProgressTools;
  readonly #total: number;
  readonly #startMs: number;
  #done = 0;
  /** The share of each that is under way, by channel; undefined where its length is not known. */
  readonly #shares = new Map<TranscriptJob, Map<number, number>>();

  constructor(running: ProgressTools, total: number) {
    this.#running = running;
    this.#total = total;
    this.#startMs = running.clock.now();
  }

  sent(job: TranscriptJob, channel: number, sentMs: number, totalMs: number | undefined): void {
    const shares = this.#shares.get(job) ?? new Map<number, number>();
    this.#shares.set(job, shares.set(channel, totalMs ? Math.min(1, sentMs / totalMs) : 0));
    if (this.#total > 1) {
      this.#show();
      return;
    }
    const total = totalMs === undefined ? undefined : Math.round(totalMs / 1000);
    const share = totalMs ? Math.min(1, sentMs / totalMs) : undefined;
    this.#running.reporter.progress({
      label: job.name,
      done: Math.round(sentMs / 1000),
      total,
      share,
      unit: 'seconds',
      leftMs: this.#leftMs(share),
    });
  }

  finished(job: TranscriptJob): void {
    this.#shares.delete(job);
    this.#done++;
    if (this.#total > 1) this.#show();
  }

  #show(): void {
    const [total, done] = [this.#total, this.#done];
    const underWay = [...this.#shares.values()].reduce((sum, shares) => sum + Math.min(...shares.values()), 0);
    const share = (done + underWay) / total;
    this.#running.reporter.progress({ done, total, share, unit: 'files', leftMs: this.#leftMs(share) });
  }

  /** At the speed so far. */
  #leftMs(share: number | undefined): number | undefined {
    if (!share) return undefined;
    const goneMs = this.#running.clock.now() - this.#startMs;
    return (goneMs / share) * (1 - share);
  }
}
