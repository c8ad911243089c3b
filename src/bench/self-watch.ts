import { PerformanceObserver } from 'node:perf_hooks';
import type { Clock, Timer } from '../clock.ts';
import { tidy } from '../metrics/connect-figures.ts';
import { GapMeter } from '../metrics/gaps.ts';
import type { WatchFacts } from './document.ts';

/** A timer of ours is set so often. Shorter would itself be work; longer would miss short stalls. */
const everyMs = 10;
/** Later than this, and what is measured meanwhile is the client and not the service. */
export const stallMs = 20;
/** The newest are remembered: a run asks about its own time, which is just over. */
const keptStalls = 1000;

export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the operating system and the runtime say of this process; in tests, what the test says. */
export interface ProcessMeter {
  /** Processor time of this process so far, ms. */
  cpuMs(): number;
  /** Garbage collections since the start. */
  collections(): { count: number; ms: number };
  stop(): void;
}

/** A client that watches itself: when it could not have seen a frame come, no time that it took can be believed. */
export class SelfWatch {
  readonly #clock: Clock;
  readonly #process: ProcessMeter;
  readonly #startMs: number;
  readonly #startCpuMs: number;
  readonly #lateness = new GapMeter();
  #stalls: Stall[] = [];
  #stallCount = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, meter: ProcessMeter = nodeMeter()) {
    this.#clock = clock;
    this.#process = meter;
    this.#startMs = clock.now();
    this.#startCpuMs = meter.cpuMs();
    this.#set(clock.now());
  }

  #set(nowMs: number): void {
    const dueMs = nowMs + everyMs;
    this.#timer = this.#clock.after(everyMs, () => this.#rang(dueMs), { background: true });
  }

  #rang(dueMs: number): void {
    const nowMs = this.#clock.now();
    const lateMs = Math.max(0, nowMs - dueMs);
    this.#lateness.note(lateMs);
    if (lateMs > stallMs) {
      this.#stallCount++;
      this.#stalls.push({ fromMs: dueMs, toMs: nowMs });
      if (this.#stalls.length > 2 * keptStalls) this.#stalls = this.#stalls.slice(-keptStalls);
    }
    this.#set(nowMs);
  }

  /** The longest time within these instants for which this process stood still, ms; undefined where it did not. */
  stalledFor(fromMs: number, toMs: number): number | undefined {
    const overlapping = this.#stalls.filter((stall) => stall.fromMs < toMs && stall.toMs > fromMs);
    return overlapping.length === 0 ? undefined : Math.max(...overlapping.map((stall) => stall.toMs - stall.fromMs));
  }

  /** Resolves when a stall that is going on would be known: the timer that it held up has rung. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#clock.after(everyMs, resolve));
  }

  facts(): WatchFacts {
    const wallMs = this.#clock.now() - this.#startMs;
    const { count, ms } = this.#process.collections();
    const [p50Ms, p99Ms] = [0.5, 0.99].map((share) => tidy(this.#lateness.percentileMs(share)));
    const maxMs = tidy(this.#lateness.maxMs);
    return {
      ...(p50Ms !== undefined && { loopDelayP50Ms: p50Ms }),
      ...(p99Ms !== undefined && { loopDelayP99Ms: p99Ms }),
      ...(maxMs !== undefined && { loopDelayMaxMs: maxMs }),
      ...(wallMs > 0 && { cpuShare: tidy((this.#process.cpuMs() - this.#startCpuMs) / wallMs) ?? 0 }),
      gcCount: count,
      gcMs: tidy(ms) ?? 0,
      stalls: this.#stallCount,
    };
  }

  stop(): void {
    this.#timer?.cancel();
    this.#process.stop();
  }
}

function nodeMeter(): ProcessMeter {
  let count = 0;
  let ms = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      count++;
      ms += duration;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    collections: () => ({ count, ms }),
    stop: () => observer.disconnect(),
  };
}
