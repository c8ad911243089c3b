import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { type TextInput, textInput, textInputs } from '../../src/cli/input.ts';
import type { Io } from '../../src/cli/io.ts';
import { scratch } from '../support/vox.ts';

const folder = scratch();
afterAll(folder.remove);
const at = (name: string) => join(folder.path, name);
const never = new AbortController().signal;

/** No more of it is used here. */
const io = (stdin = new PassThrough()) => ({ stdin }) as unknown as Io;

function ofFile(name: string): TextInput {
  const [input] = textInputs([], [at(name)], io());
  if (!input) throw new Error('no input');
  return input;
}

async function read(input: TextInput): Promise<string> {
  let text = '';
  for await (const piece of input.chunks(never)) text += piece;
  return text;
}

describe('share', () => {
  it('of a text that is there, by its length', () => {
    const input = textInput('text', 'abcd');
    expect([0, 1, 4, 9].map((chars) => input.share(chars))).toEqual([0, 0.25, 1, 1]);
    expect(textInput('text', '').share(0)).toBeUndefined();
  });

  it('of a file, by its bytes, as many as its characters have', async () => {
    writeFileSync(at('even.txt'), 'äöüß');
    const input = ofFile('even.txt');
    // Nobody has looked at it yet.
    expect(input.share(0)).toBeUndefined();
    expect(await read(input)).toBe('äöüß');
    expect([0, 1, 2, 4].map((chars) => input.share(chars))).toEqual([0, 0.25, 0.5, 1]);
  });

  it('of a file of which a part was read, by the characters of that part', async () => {
    const half = 64 * 1024;
    writeFileSync(at('long.txt'), `${'ä'.repeat(half / 2)}${'a'.repeat(half)}`);
    const input = ofFile('long.txt');
    for await (const piece of input.chunks(never)) {
      // The first half of the bytes, a third of the characters.
      expect(input.share(piece.length)).toBe(0.5);
      expect(input.share(piece.length / 2)).toBe(0.25);
      break;
    }
    await read(input);
    expect(input.share(1.5 * half)).toBe(1);
  });

  it('of a file that grows is never more than all', async () => {
    // More than is read ahead of what is asked for.
    const sizeBytes = 512 * 1024;
    writeFileSync(at('grows.txt'), 'a'.repeat(sizeBytes));
    const input = ofFile('grows.txt');
    let chars = 0;
    for await (const piece of input.chunks(never)) {
      if (chars === 0) appendFileSync(at('grows.txt'), 'b'.repeat(sizeBytes));
      chars += piece.length;
    }
    expect(chars).toBe(2 * sizeBytes);
    expect(input.share(chars)).toBe(1);
    expect(input.share(sizeBytes / 2)).toBe(0.5);
  });

  it.skipIf(process.platform === 'win32')('of a pipe that has a name nobody knows', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const input = ofFile('pipe');
    const reading = read(input);
    await writeFile(at('pipe'), 'through a pipe');
    expect(await reading).toBe('through a pipe');
    expect(input.share(3)).toBeUndefined();
  });

  it('of stdin nobody knows', async () => {
    const stdin = new PassThrough();
    const [input] = textInputs([], undefined, io(stdin));
    stdin.end('all of it');
    expect(input && (await read(input))).toBe('all of it');
    expect(input?.share(3)).toBeUndefined();
  });
});

describe('a file', () => {
  it('that is missing is E_FILE, when it is read', async () => {
    await expect(read(ofFile('missing.txt'))).rejects.toMatchObject({
      code: 'E_FILE',
      message: `cannot read ${at('missing.txt')}: there is no such file`,
    });
  });

  it('of no bytes has no text, and no share', async () => {
    writeFileSync(at('empty.txt'), '');
    const input = ofFile('empty.txt');
    expect(await read(input)).toBe('');
    expect(input.share(0)).toBeUndefined();
  });
});
