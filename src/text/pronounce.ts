import { SpeechError } from '../errors.ts';
import type { PronunciationRule } from '../speech/speak.ts';

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
 * any run of blanks.
 */
export function createRewriter(rules: readonly PronunciationRule[]): (text: string) => string {
  if (rules.length === 0) return (text) => text;
  const longestFirst = [...rules].sort((a, b) => b.match.length - a.match.length);
  const matches = longestFirst.map((rule) => `(${literal(rule.match)})`).join('|');
  const pattern = new RegExp(`${notInWord}(?:${matches})${notInWord}`, 'giu');
  return (text) =>
    text.replace(pattern, (found: string, ...groups: unknown[]) => {
      const which = groups.indexOf(found);
      return longestFirst[which]?.replace ?? found;
    });
}

/** A place with a letter, digit, mark or underscore on one side at most. */
const notInWord = '(?:(?<![\\p{L}\\p{N}\\p{M}_])|(?![\\p{L}\\p{N}\\p{M}_]))';

function literal(match: string): string {
  return match.replace(/[\\^$.*+?()[\]{}|/]/g, (sign) => `\\${sign}`).replace(/\s+/g, '\\s+');
}
