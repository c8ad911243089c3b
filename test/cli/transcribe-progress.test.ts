import { describe, expect, it } from 'vitest';
import type { TranscriptJob } from '../../src/cli/transcribe-jobs.ts';
import { TranscribeProgress } from '../../src/cli/transcribe-progress.ts';
import type { Progress } from '../../src/report/progress-text.ts';
import { ManualClock } from '../support/manual-clock.ts';

const job = (name: string): TranscriptJob => ({ name, input: { path: name }, targets: [] });

async function watched(total: number) {
  const clock = new ManualClock();
  const shown: Progress[] = [];
  const progress = new TranscribeProgress({ clock, reporter: { progress: (one) => shown.push(one) } }, total);
  return { clock, progress, last: () => shown.at(-1), shown };
}

describe('TranscribeProgress', () => {
  it('of one recording: its seconds, and what is left at the pace so far', async () => {
    const { clock, progress, last } = await watched(1);
    await clock.advance(2000);
    progress.sent(job('a.wav'), 0, 5000, 20_000);
    expect(last()).toEqual({ label: 'a.wav', done: 5, total: 20, share: 0.25, unit: 'seconds', leftMs: 6000 });
  });

  it('of one whose length nobody knows: the seconds alone', async () => {
    const { progress, last } = await watched(1);
    progress.sent(job('stdin'), 0, 5000, undefined);
    expect(last()).toMatchObject({ done: 5, total: undefined, share: undefined, leftMs: undefined });
  });

  it('of one that is longer than its header says: never more than all', async () => {
    const { progress, last } = await watched(1);
    progress.sent(job('a.wav'), 0, 30_000, 20_000);
    expect(last()).toMatchObject({ share: 1, leftMs: 0 });
  });

  it('of several: the files, with what is under way', async () => {
    const { clock, progress, last } = await watched(4);
    const [a, b] = [job('a'), job('b')];
    await clock.advance(3000);
    progress.sent(a, 0, 10_000, 20_000);
    expect(last()).toEqual({ done: 0, total: 4, share: 0.125, unit: 'files', leftMs: 21_000 });
    progress.sent(b, 0, 5000, 20_000);
    expect(last()).toMatchObject({ done: 0, share: 0.1875 });
    progress.finished(a);
    expect(last()).toMatchObject({ done: 1, share: 0.3125 });
    progress.finished(b);
    expect(last()).toMatchObject({ done: 2, share: 0.5, leftMs: 3000 });
  });

  it('of channels: the slowest governs', async () => {
    const { progress, last } = await watched(2);
    const a = job('a');
    progress.sent(a, 0, 10_000, 20_000);
    progress.sent(a, 1, 5000, 20_000);
    expect(last()).toMatchObject({ share: 0.125 });
  });
});
