import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { promptFacts, wantedPrompts } from '../../src/cli/bench-prompts.ts';
import { processIo } from '../../src/cli/io.ts';
import { scratch } from '../support/vox.ts';

const folder = scratch();
afterAll(folder.remove);

const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
};
const wanted = (which: string, stdin = '') =>
  wantedPrompts(which, {
    io: { ...processIo(() => {}), stdin: Readable.from([Buffer.from(stdin)]) },
    signal: new AbortController().signal,
  });

describe('wantedPrompts', () => {
  it('are those of a set, or of all of them', async () => {
    expect(new Set((await wanted('short')).map(({ set }) => set))).toEqual(new Set(['short']));
    expect(new Set((await wanted('all')).map(({ set }) => set))).toEqual(new Set(['short', 'sentence', 'paragraph']));
  });

  it('are the lines of a file, or of stdin', async () => {
    expect(await wanted(file('mine.txt', 'One.\n\n  Two. \r\nOne.\n'))).toEqual([
      { id: 'mine.txt-1', set: 'mine.txt', text: 'One.' },
      { id: 'mine.txt-2', set: 'mine.txt', text: 'Two.' },
    ]);
    expect(await wanted('-', 'Said.\n')).toEqual([{ id: 'stdin-1', set: 'stdin', text: 'Said.' }]);
  });

  it.each([
    ['none.txt', undefined, 'E_FILE'],
    ['empty.txt', '', 'E_NO_TEXT'],
    ['blank.txt', ' \n\n', 'E_NO_TEXT'],
    ['latin1.txt', Uint8Array.of(0x66, 0xfc, 0x72), 'E_NOT_UTF8'],
  ])('refuses %s', async (name, content, code) => {
    const path = content === undefined ? join(folder.path, name) : file(name, content);
    await expect(wanted(path)).rejects.toMatchObject({ code });
  });
});

describe('promptFacts', () => {
  const prompts = [
    { id: 'a-1', set: 'a', text: 'One.' },
    { id: 'a-2', set: 'a', text: 'Zwölf.' },
  ];

  it('have the hash of all texts in order', () => {
    const expected = createHash('sha256').update('One.\nZwölf.\n').digest('hex');
    expect(promptFacts(prompts)).toEqual({
      hash: expected,
      items: [
        { id: 'a-1', set: 'a', chars: 4, text: 'One.' },
        { id: 'a-2', set: 'a', chars: 6, text: 'Zwölf.' },
      ],
    });
    expect(promptFacts([...prompts].reverse()).hash).not.toBe(expected);
  });
});
