import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createGrowingFile } from '../../../src/audio/sinks/growing-file.ts';
import { systemClock } from '../../../src/clock.ts';
import { scratchDirectory } from '../scratch.ts';

const folder = scratchDirectory();
const grow = (path: string, signal?: AbortSignal) => createGrowingFile(path, systemClock, signal);

it('has its name from the start, and what was appended when that resolves', async () => {
  const path = folder.file('a.txt');
  writeFileSync(path, 'from before');
  const file = await grow(path);
  expect(readFileSync(path, 'utf8')).toBe('');
  await file.append('one\n');
  expect(readFileSync(path, 'utf8')).toBe('one\n');
  await file.append('zwei ü\n');
  expect(readFileSync(path, 'utf8')).toBe('one\nzwei ü\n');
  await file.close();
});

it('says in our words what is wrong with a path', async () => {
  await expect(grow(folder.file('missing/a.txt'))).rejects.toMatchObject({ code: 'E_FILE' });
  await expect(grow(folder.path)).rejects.toMatchObject({ code: 'E_FILE', message: /directory/ });
});

it('says that the disk is full', async () => {
  const file = await grow('/dev/full');
  await expect(file.append('x')).rejects.toMatchObject({ code: 'E_DISK_FULL' });
  await file.close();
});

it('writes into a pipe as it grows, when somebody reads it', async () => {
  const path = folder.file('pipe');
  execFileSync('mkfifo', [path]);
  // For reading alone this would wait for a writer.
  const reader = await open(path, 'r+');
  const file = await grow(path);
  await file.append('one\n');
  const { bytesRead, buffer } = await reader.read();
  expect(buffer.toString('utf8', 0, bytesRead)).toBe('one\n');
  await file.close();
  await reader.close();
});

it('waits for the reader of a pipe no longer than it is wanted', async () => {
  const path = folder.file('unread');
  execFileSync('mkfifo', [path]);
  const abort = new AbortController();
  const opening = grow(path, abort.signal);
  abort.abort(new Error('no more'));
  await expect(opening).rejects.toThrow('no more');
});
