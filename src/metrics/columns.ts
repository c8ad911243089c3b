import { type FigureName, type Figures, figureNames } from './figures.ts';

/** The figures of one run, and the prompt (or recording) that they were measured with. */
export type PromptedFigures = Figures & { readonly prompt: string };

/** One figure over a set of runs, sorted once and walked many times. Runs that do not have it are not in it. */
export interface Column {
  readonly name: FigureName;
  /** In rising order. */
  readonly sorted: Float64Array;
  /** Which run each of them is of: an index into the set. */
  readonly rows: Uint32Array;
  /** Of a pooled rate: how much of its base (words, say) each value stands for. Otherwise all count alike. */
  readonly shares?: Float64Array;
}

/**
 * Rates that are pooled, and by what: the mean over runs is all runs' errors over all runs' words, never the mean of
 * rates (docs/metrics.md, "Word error rate").
 */
const pooledBy: { readonly [Name in FigureName]?: FigureName } = { wer: 'referenceWords', revisions: 'words' };

export function isPooled(name: FigureName): boolean {
  return pooledBy[name] !== undefined;
}

/** A column for each figure that at least one run has, in the order of tables. */
export function columnsOf(runs: readonly PromptedFigures[]): Column[] {
  return figureNames.flatMap((name) => {
    const column = columnOf(runs, name);
    return column ? [column] : [];
  });
}

function columnOf(runs: readonly PromptedFigures[], name: FigureName): Column | undefined {
  const values = new Float64Array(runs.length);
  const holders = new Uint32Array(runs.length);
  let count = 0;
  for (const [at, run] of runs.entries()) {
    const value = run[name];
    if (value === undefined || !Number.isFinite(value)) continue;
    values[at] = value;
    holders[count++] = at;
  }
  if (count === 0) return undefined;
  const rows = holders.slice(0, count).sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  const sorted = Float64Array.from(rows, (row) => values[row] ?? 0);
  const shares = sharesOf(runs, rows, pooledBy[name]);
  return { name, sorted, rows, ...(shares && { shares }) };
}

/** Undefined where the rate is not pooled, or some run does not say of how much its rate is. */
function sharesOf(
  runs: readonly PromptedFigures[],
  rows: Uint32Array,
  base: FigureName | undefined,
): Float64Array | undefined {
  if (base === undefined) return undefined;
  const shares = Float64Array.from(rows, (row) => runs[row]?.[base] ?? 0);
  return shares.every((share) => share > 0) ? shares : undefined;
}

/** The mean; of a pooled rate, that of all together. */
export function meanOf({ sorted, shares }: Column): number {
  let sum = 0;
  let total = 0;
  for (const [at, value] of sorted.entries()) {
    const share = shares?.[at] ?? 1;
    sum += share * value;
    total += share;
  }
  return sum / total;
}
