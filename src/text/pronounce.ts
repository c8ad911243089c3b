import { SpeechError } from '../errors.ts';
import type { PronunciationRule } from '../speech/speak.ts';
import { PhraseTable } from './phrase-table.ts';
import { symbolsOf } from './symbols.ts';

/** SLNG's limits for a dictionary, in characters and rules (docs.slng.ai/pronunciation-dictionaries). */
const maxMatchChars = 128;
const maxReplaceChars = 256;
const maxRules = 256;

/**
 * Reads a dictionary: `{rules: [{match, replace}]}`, the service's own `{modes: {rewrite: {rules}}}`, or the array
 * alone. Throws E_PRONUNCIATION, naming the rule (counted from 1) and what is wrong with it.
 */
export function parseRules(json: unknown): PronunciationRule[] {
  const list = ruleList(json);
  if (!Array.isArray(list)) throw invalid('no list of rules was found: {"rules": [{"match": …, "replace": …}]}');
  if (list.length > maxRules) throw invalid(`${list.length} rules; ${maxRules} is the most`);
  return list.map((entry: unknown, index) => parseRule(entry, index + 1));
}

function ruleList(json: unknown): unknown {
  if (!isRecord(json)) return json;
  if (json.rules !== undefined) return json.rules;
  const rewrite = isRecord(json.modes) ? json.modes.rewrite : undefined;
  return isRecord(rewrite) ? rewrite.rules : undefined;
}

function parseRule(entry: unknown, number: number): PronunciationRule {
  if (!isRecord(entry)) throw invalid(`rule ${number} is not an object`);
  const match = parseText(entry.match, `rule ${number}: match`, maxMatchChars).trim();
  if (match === '') throw invalid(`rule ${number}: match is empty`);
  return { match, replace: parseText(entry.replace, `rule ${number}: replace`, maxReplaceChars) };
}

function parseText(value: unknown, what: string, maxChars: number): string {
  if (typeof value !== 'string') throw invalid(`${what} is not a text`);
  const chars = [...value].length;
  if (chars > maxChars) throw invalid(`${what} has ${chars} characters; ${maxChars} is the most`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string): SpeechError {
  return new SpeechError('E_PRONUNCIATION', `the pronunciation dictionary is not valid: ${why}`);
}

/**
 * Makes the function that applies a dictionary: whole words and phrases (a boundary is where no letter, digit, mark
 * or underscore of any script goes on; "C++" and ".NET" need one only at their letters), whatever their case, the
 * longest match first and of equals the first rule. What was put in is not looked at again. Blanks in a phrase match
 * any run of blanks; those at its ends do not count.
 */
export function createRewriter(rules: readonly PronunciationRule[]): (text: string) => string {
  const trimmed = rules.map(({ match, replace }) => ({ match: match.trim(), replace }));
  const longestFirst = trimmed.filter(({ match }) => match !== '').sort((a, b) => b.match.length - a.match.length);
  if (longestFirst.length === 0) return (text) => text;
  const phrases = new PhraseTable(longestFirst.map(({ match }) => match));
  return (text) => rewritten(text, phrases, longestFirst);
}

function rewritten(text: string, phrases: PhraseTable, rules: readonly PronunciationRule[]): string {
  const symbols = symbolsOf(text);
  let done = '';
  let doneChars = 0;
  for (let at = 0; at < symbols.length; ) {
    const found = phrases.at(symbols, at);
    const rule = found && rules[found.phrase];
    if (rule) {
      done += text.slice(doneChars, symbols.starts[at]) + rule.replace;
      doneChars = symbols.starts[found.end] ?? text.length;
    }
    at = found?.end ?? at + 1;
  }
  return done + text.slice(doneChars);
}
