import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { PromptFacts } from '../bench/document.ts';
import type { Prompt } from '../bench/material.ts';
import { builtInPrompts, isPromptSet, promptSets, promptsOfLines } from '../bench/prompts.ts';
import { SpeechError } from '../errors.ts';
import { textInputs } from './input.ts';
import type { Running } from './running.ts';

/** What `--prompts` names: a set of our own, all of them, or a file (`-` is stdin) with one a line. */
export async function wantedPrompts(which: string, { io, signal }: Pick<Running, 'io' | 'signal'>): Promise<Prompt[]> {
  if (which === 'all') return promptSets.flatMap(builtInPrompts);
  if (isPromptSet(which)) return builtInPrompts(which);
  let text = '';
  for (const input of textInputs([], [which], io)) for await (const piece of input.chunks(signal)) text += piece;
  const prompts = promptsOfLines(text, which === '-' ? 'stdin' : basename(which));
  if (prompts.length > 0) return prompts;
  throw new SpeechError('E_NO_TEXT', `there is no prompt in ${which}`, { todo: 'write one a line' });
}

/** What a report says of prompts: that two runs used the same is seen by the hash. */
export function promptFacts(prompts: readonly Prompt[]): PromptFacts {
  const hash = createHash('sha256');
  for (const { text } of prompts) hash.update(text).update('\n');
  const items = prompts.map(({ id, set, text }) => ({ id, set, chars: text.length, text }));
  return { hash: hash.digest('hex'), items };
}
