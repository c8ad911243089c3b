import type { ErrorCode } from '../errors.ts';

/** `warn`: something will not work, and that may be as it should be. `skip`: not looked at, and why. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip';

/** What a check found. `data` holds the same as `detail`, for a program; neither ever holds a key. */
export interface Finding {
  readonly status: CheckStatus;
  readonly detail: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly todo?: string;
  /** The error behind a failure: it decides the exit code. */
  readonly code?: ErrorCode;
}

export interface CheckResult extends Finding {
  readonly name: string;
  /** How long the check took. */
  readonly ms?: number;
}

/**
 * Stages run one after another, the checks of a stage side by side. What is timed (`reach`) and what is heard
 * (`sound`, `record`) is kept away from what keeps the processor busy (`listen`, where it loads the recogniser, and
 * `engine`), `clock` waits for what services told, and `record` does not hear the tone.
 */
export const stages = ['look', 'reach', 'listen', 'clock', 'engine', 'sound', 'record'] as const;
export type Stage = (typeof stages)[number];

export interface Check {
  readonly name: string;
  readonly stage: Stage;
  /** The longest it may take, ms. */
  readonly withinMs: number;
  /** The code of a failure that names none itself: of what is thrown, and of a check that takes too long. */
  readonly fault: ErrorCode;
  /** The signal is aborted when nobody waits for the answer any more. What it throws is a failure. */
  run(signal: AbortSignal): Promise<Finding> | Finding;
}

/** The whole result, as `--json` prints it. */
export interface DoctorResult {
  /** Nothing failed. */
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

/** For checks that look a file or a program up. */
export const lookWithinMs = 5000;
