import { type Clock, pauseUntil } from '../clock.ts';
import { type ErrorCode, SpeechError } from '../errors.ts';
import type { RunRow, WatchFacts } from './document.ts';
import { Hopeless } from './hopeless.ts';
import type { ChunkLog, Lane, Outcome, Target } from './lane.ts';
import type { Clip, Prompt } from './material.ts';
import type { BenchPlan } from './plan.ts';
import type { Room } from './room.ts';
import { type MadeRun, rowOf } from './rows.ts';
import { roomOf, Schedule, type ScheduledJob } from './schedule.ts';
import { SelfWatch } from './self-watch.ts';
import { Starts } from './starts.ts';

type Material = Prompt | Clip;

/** When frames came is kept for so many runs of a series: the pictures show two of them. */
const loggedRuns = 100;

export interface BenchMeans<M extends Material> {
  readonly clock: Clock;
  readonly targets: readonly Target<M>[];
  readonly materials: readonly M[];
  readonly vary: (material: M, variation: number) => M;
  /** Stops it: what was measured by then is the result. */
  readonly signal: AbortSignal;
  /** The warm-up is over: what follows counts, from this instant. */
  readonly onMeasuring?: () => void;
  readonly onRow?: (row: RunRow, progress: BenchProgress) => void;
  /** In tests, one that is moved by hand. */
  readonly watch?: SelfWatch;
}

export interface BenchProgress {
  readonly done: number;
  /** Undefined where time decides. */
  readonly of: number | undefined;
  readonly failed: number;
}

/** What was measured, before anything is summed up. */
export interface Measured {
  readonly rows: readonly RunRow[];
  /** By run. */
  readonly chunkLogs: ReadonlyMap<number, ChunkLog>;
  readonly watch: WatchFacts;
  readonly measuringMs: number;
  readonly dropped: number;
  /** Targets that were given up, and why. */
  readonly givenUp: ReadonlyMap<string, ErrorCode>;
}

/** Makes the runs of a plan. Failures are rows; it rejects for none of them. */
export async function runBench<M extends Material>(plan: BenchPlan, means: BenchMeans<M>): Promise<Measured> {
  const bench = new Bench(plan, means);
  try {
    await bench.warmUp();
    await bench.measure();
    return bench.result();
  } finally {
    await bench.close();
  }
}

class Bench<M extends Material> {
  readonly #plan: BenchPlan;
  readonly #means: BenchMeans<M>;
  readonly #schedule: Schedule<M>;
  readonly #watch: SelfWatch;
  readonly #rows: RunRow[] = [];
  readonly #chunkLogs = new Map<number, ChunkLog>();
  readonly #logged = new Map<string, number>();
  readonly #hopeless = new Hopeless();
  /** Lanes that nobody uses at the moment, by target. */
  readonly #idle = new Map<Target, Lane[]>();
  /** Runs that are invalid, by series. */
  readonly #spoilt = new Map<string, number>();
  /** Runs that are over, and not yet rows. */
  readonly #telling = new Set<Promise<void>>();
  /** Of an open loop. */
  #starts: Starts | undefined;
  #zeroMs = 0;
  #endMs = 0;
  #failed = 0;
  #dropped = 0;

  constructor(plan: BenchPlan, means: BenchMeans<M>) {
    this.#plan = plan;
    this.#means = means;
    const { targets, materials, vary } = means;
    this.#schedule = new Schedule({ targets, materials, vary, warmup: plan.warmup, seed: plan.seed });
    this.#watch = means.watch ?? new SelfWatch(means.clock);
  }

  /** What they give is not looked at: one that fails will fail again where it counts. */
  async warmUp(): Promise<void> {
    const jobs = this.#schedule.warmups().values();
    await this.#atOnce(() => jobs.next().value);
  }

  async measure(): Promise<void> {
    this.#zeroMs = this.#means.clock.now();
    this.#means.onMeasuring?.();
    const { ratePerSecond } = this.#plan;
    if (ratePerSecond === undefined) await this.#atOnce(() => this.#nextJob());
    else await this.#atRate(ratePerSecond);
    this.#endMs = this.#means.clock.now();
  }

  /** Closed loop: the next run of a worker begins when its last has ended. */
  async #atOnce(next: () => ScheduledJob | undefined): Promise<void> {
    const work = async () => {
      for (let job = next(); job !== undefined && !this.#means.signal.aborted; job = next()) {
        await this.#run(job, await roomOf(job, this.#means.signal));
        // Whether it counts decides on whether another is made.
        await this.#told();
      }
    };
    await Promise.all(Array.from({ length: this.#plan.concurrency }, work));
  }

  /** Open loop: runs begin at instants that do not depend on how the others fare; one that finds no place waits. */
  async #atRate(ratePerSecond: number): Promise<void> {
    const { clock, signal } = this.#means;
    const starts = new Starts(this.#plan.concurrency, () => signal.aborted || this.#isTimeOver());
    this.#starts = starts;
    const onAbort = () => starts.close();
    signal.addEventListener('abort', onAbort, { once: true });
    const begun = new Set<Promise<void>>();
    for (let count = 0; !signal.aborted; count++) {
      const intendedMs = this.#zeroMs + (count * 1000) / ratePerSecond;
      await pauseUntil(clock, intendedMs, signal).catch(() => {});
      const job = signal.aborted ? undefined : this.#nextJob();
      if (job === undefined) break;
      const start: Promise<void> = this.#start(job, intendedMs, starts).then(() => {
        begun.delete(start);
      });
      begun.add(start);
    }
    if (signal.aborted || this.#isTimeOver()) starts.close();
    await Promise.all(begun);
    signal.removeEventListener('abort', onAbort);
    await this.#told();
  }

  async #start(job: ScheduledJob, intendedMs: number, starts: Starts): Promise<void> {
    const room = await roomOf(job, starts.endOf(job.target));
    if (await starts.place(job.target, intendedMs)) {
      await this.#run(job, room, intendedMs);
      starts.ended();
    } else if (!this.#hopeless.has(job.target)) this.#dropped++;
  }

  #isTimeOver(): boolean {
    const { durationMs } = this.#plan;
    return durationMs !== undefined && this.#means.clock.now() - this.#zeroMs >= durationMs;
  }

  /** The next of the plan; undefined where it is fulfilled. */
  #nextJob(): ScheduledJob | undefined {
    if (this.#isTimeOver()) return undefined;
    const { runs = Number.POSITIVE_INFINITY, leastMeasuringMs } = this.#plan;
    const measuredMs = this.#means.clock.now() - this.#zeroMs;
    // What was spoilt here is made again, at most as often as it was asked for: else a stall of ours leaves too few.
    const spoilt = Math.min(Math.max(0, ...this.#spoilt.values()), runs);
    const enough = this.#schedule.measuredBlocks - spoilt >= runs && this.#schedule.isEven;
    return enough && measuredMs >= leastMeasuringMs ? undefined : this.#schedule.next();
  }

  /** Resolves when the place is free for the next, which waits for nothing that is only ours. */
  async #run(job: ScheduledJob, room: Room | SpeechError | undefined, intendedMs?: number): Promise<void> {
    const startedMs = this.#means.clock.now();
    const isRefused = room instanceof SpeechError;
    const outcome: Outcome = isRefused
      ? { figures: {}, error: room, endMs: startedMs, connection: 'fresh' }
      : await this.#inLane(job, room);
    if (job.warmup) return;
    // The timer that a stall held up has not rung yet, when the frame has that came behind it.
    const telling: Promise<void> = this.#watch.settled().then(() => {
      this.#telling.delete(telling);
      const roomMs = isRefused ? 0 : (room?.waitedMs ?? 0);
      this.#made({ job, outcome, startedMs, roomMs, ...(intendedMs !== undefined && { intendedMs }) });
    });
    this.#telling.add(telling);
  }

  async #inLane(job: ScheduledJob, room: Room | undefined): Promise<Outcome> {
    const { target } = job;
    const lane = this.#idle.get(target)?.pop() ?? target.openLane();
    const outcome = await lane.run(job, this.#means.signal, room);
    if (outcome.error) await lane.close();
    else this.#keep(target, lane);
    return outcome;
  }

  /** Resolves when all that was run is a row. */
  async #told(): Promise<void> {
    await Promise.all(this.#telling);
  }

  #keep(target: Target, lane: Lane): void {
    const lanes = this.#idle.get(target) ?? [];
    lanes.push(lane);
    this.#idle.set(target, lanes);
  }

  #made(made: MadeRun): void {
    const { job, outcome } = made;
    // Who was stopped by hand has not failed.
    if (this.#means.signal.aborted && outcome.error) return;
    const row = rowOf(made, this.#watch, this.#zeroMs);
    this.#rows.push(row);
    if (!row.ok) this.#failed++;
    else if (row.invalid !== undefined) this.#spoilt.set(row.series, (this.#spoilt.get(row.series) ?? 0) + 1);
    if (this.#hopeless.note(job.target, outcome)) this.#giveUp(job.target);
    const logged = this.#logged.get(row.series) ?? 0;
    if (outcome.chunks && row.ok && row.invalid === undefined && logged < loggedRuns) {
      this.#chunkLogs.set(row.run, outcome.chunks);
      this.#logged.set(row.series, logged + 1);
    }
    this.#means.onRow?.(row, this.#progress());
  }

  #giveUp({ facts }: Target): void {
    const target = this.#means.targets.find((one) => one.facts.id === facts.id);
    if (!target) return;
    this.#schedule.giveUp(target);
    this.#starts?.giveUp(target);
  }

  #progress(): BenchProgress {
    const { runs } = this.#plan;
    const sets = new Set(this.#means.materials.map(({ set }) => set)).size;
    const of = runs === undefined ? undefined : runs * sets * this.#means.targets.length;
    return { done: this.#rows.length, of, failed: this.#failed };
  }

  result(): Measured {
    return {
      rows: this.#rows.sort((one, other) => one.run - other.run),
      chunkLogs: this.#chunkLogs,
      watch: this.#watch.facts(),
      measuringMs: Math.round(this.#endMs - this.#zeroMs),
      dropped: this.#dropped,
      givenUp: this.#hopeless.found,
    };
  }

  async close(): Promise<void> {
    this.#watch.stop();
    const lanes = [...this.#idle.values()].flat();
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}
