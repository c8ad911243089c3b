import type { ErrorCode } from '../errors.ts';
import type { Outcome, Target } from './lane.ts';

/** A target whose first runs, so many, all failed with one error is left alone. */
const hopelessRuns = 5;

/** Counts how the first runs of each target ended. */
export class Hopeless {
  readonly #tally = new Map<Target, { ok: number; codes: ErrorCode[] }>();
  /** Targets that were given up, by id, and why. */
  readonly found = new Map<string, ErrorCode>();

  has({ facts }: Target): boolean {
    return this.found.has(facts.id);
  }

  /** Whether the target is given up with this run. */
  note(target: Target, { error }: Outcome): boolean {
    const tally = this.#tally.get(target) ?? { ok: 0, codes: [] };
    this.#tally.set(target, tally);
    if (!error) tally.ok++;
    // Who asks too often is asked less: that passes.
    else if (tally.codes.length < hopelessRuns && error.code !== 'E_RATE_LIMIT') tally.codes.push(error.code);
    const [code, ...others] = tally.codes;
    if (this.has(target) || tally.ok > 0 || code === undefined || others.length < hopelessRuns - 1) return false;
    if (others.some((other) => other !== code)) return false;
    this.found.set(target.facts.id, code);
    return true;
  }
}
