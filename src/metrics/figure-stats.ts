/** A value with the 95 % interval that resampling gives it. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One figure over the runs of a series. What too few samples do not support is left out (docs/statistics.md). */
export interface FigureStats {
  readonly count: number;
  readonly mean: number;
  readonly sd?: number;
  readonly min: number;
  readonly max: number;
  readonly p50?: number;
  readonly p90?: number;
  readonly p95?: number;
  readonly p99?: number;
  /** 95 % bootstrap intervals, by prompt and then by run, of what is given above. */
  readonly ci?: {
    readonly mean?: Interval;
    readonly p50?: Interval;
    readonly p90?: Interval;
    readonly p95?: Interval;
    readonly p99?: Interval;
  };
}
