import { expect, it } from 'vitest';
import { firstAudio } from '../../src/cli/waiting.ts';
import { deferred } from '../../src/deferred.ts';
import { ManualClock } from '../support/manual-clock.ts';

function waiting() {
  const clock = new ManualClock();
  const notes: string[] = [];
  const stop = new AbortController();
  const { promise, resolve, reject } = deferred<number>();
  const open = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  };
  const reporter = { note: (text: string) => void notes.push(text) };
  const opened = firstAudio(open, { name: 'pipe', timeout: 30 }, { clock, reporter, signal: stop.signal });
  // A test looks at it when it has moved the clock.
  opened.catch(() => {});
  return { clock, notes, stop, resolve, reject, opened };
}

it('says once what it waits for, where that takes long', async () => {
  const { clock, notes, resolve, opened } = waiting();
  await clock.advance(2999);
  expect(notes).toEqual([]);
  await clock.advance(27_000);
  expect(notes).toEqual(['waiting for audio from pipe; Ctrl-C ends it']);
  resolve(7);
  expect(await opened).toBe(7);
  expect(clock.pending).toBe(0);
});

it('gives up when nothing has come in time', async () => {
  const { clock, opened } = waiting();
  await clock.advance(30_000);
  await expect(opened).rejects.toMatchObject({
    code: 'E_AUDIO',
    message: 'no audio came from pipe in 30 s',
    todo: expect.stringContaining('--timeout'),
  });
  expect(clock.pending).toBe(0);
});

it('ends with the command', async () => {
  const { clock, stop, opened } = waiting();
  stop.abort(new Error('Ctrl-C'));
  await expect(opened).rejects.toThrow('Ctrl-C');
  expect(clock.pending).toBe(0);
});

it('says nothing of what opens soon, and leaves no timer', async () => {
  const { clock, notes, resolve, opened } = waiting();
  resolve(7);
  expect(await opened).toBe(7);
  expect(clock.pending).toBe(0);
  await clock.advance(60_000);
  expect(notes).toEqual([]);
});

it('leaves no timer behind what cannot be opened', async () => {
  const { clock, reject, opened } = waiting();
  reject(new Error('no such file'));
  await expect(opened).rejects.toThrow('no such file');
  expect(clock.pending).toBe(0);
});
