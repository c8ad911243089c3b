import { frameMs, type Heard } from './listening.ts';
import { Unequal } from './sound.ts';

/** Of real words. */
const mostWordErrors = 2;

const wordsOf = (heard: readonly Heard[]): string[] => heard.flatMap(({ text }) => text.split(/\s+/).filter(Boolean));

/** Words to be changed, put in or left out, to make one of the other (Levenshtein). */
export function wordErrors(got: readonly string[], expected: readonly string[]): number {
  let row = expected.map((_, at) => at + 1);
  row.unshift(0);
  for (const [at, word] of got.entries()) {
    const next = [at + 1];
    for (const [place, wanted] of expected.entries()) {
      const swapped = (row[place] ?? 0) + (word === wanted ? 0 : 1);
      next.push(Math.min(swapped, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The same words at the same times, one frame more or less. `begun`: the last may be the beginning of a line. */
export function sameWords(got: readonly Heard[], expected: readonly Heard[], begun: boolean): void {
  for (const [at, { text, timesMs }] of got.entries()) {
    const wanted = expected[at];
    if (!wanted) throw new Unequal(`"${text}" was not said`);
    if (begun && at === got.length - 1 && wanted.text.startsWith(text)) continue;
    if (text !== wanted.text) throw new Unequal(`"${text}" was heard instead of "${wanted.text}"`);
    const off = timesMs.find((ms, place) => Math.abs(ms - (wanted.timesMs[place] ?? Number.NaN)) > frameMs);
    if (off !== undefined) throw new Unequal(`"${text}" was heard at ${timesMs} instead of ${wanted.timesMs} ms`);
  }
  if (!begun && got.length < expected.length) throw new Unequal(`${got.length} finals instead of ${expected.length}`);
}

/** So many words before a break the recogniser may have been on another way, which the rest would have corrected. */
const unsureWords = 3;

/** Nearly the same words; what was heard of a beginning may be anything at its end. */
export function nearlySameWords(got: readonly Heard[], expected: readonly Heard[], begun: boolean): void {
  const heard = wordsOf(got);
  const sure = begun ? heard.slice(0, -unsureWords) : heard;
  const wanted = begun ? wordsOf(expected).slice(0, sure.length) : wordsOf(expected);
  const errors = wordErrors(sure, wanted);
  if (errors <= mostWordErrors) return;
  throw new Unequal(`${errors} word errors: "${sure.join(' ')}" instead of "${wanted.join(' ')}"`);
}
