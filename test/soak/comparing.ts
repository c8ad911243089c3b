import { wordErrors } from '../support/word-errors.ts';
import { frameMs, type Heard } from './listening.ts';
import { Unequal } from './sound.ts';

/** Of real words. */
const mostWordErrors = 2;

const wordsOf = (heard: readonly Heard[]): string[] => heard.flatMap(({ text }) => text.split(/\s+/).filter(Boolean));

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
  const errors = wordErrors(wanted, sure);
  if (errors <= mostWordErrors) return;
  throw new Unequal(`${errors} word errors: "${sure.join(' ')}" instead of "${wanted.join(' ')}"`);
}
