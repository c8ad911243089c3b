import { expect, it } from 'vitest';
import { sayingWait } from '../../src/cli/waiting.ts';
import { deferred } from '../../src/session/deferred.ts';
import { ManualClock } from '../support/manual-clock.ts';

function waiting() {
  const clock = new ManualClock();
  const notes: string[] = [];
  const { promise, resolve, reject } = deferred<number>();
  const opened = sayingWait(promise, 'pipe', { clock, reporter: { note: (text) => void notes.push(text) } });
  return { clock, notes, resolve, reject, opened };
}

it('says once what it waits for, where that takes long', async () => {
  const { clock, notes, resolve, opened } = waiting();
  await clock.advance(2999);
  expect(notes).toEqual([]);
  await clock.advance(60_000);
  expect(notes).toEqual(['waiting for audio from pipe; Ctrl-C ends it']);
  resolve(7);
  expect(await opened).toBe(7);
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
