import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import type { SynthesisOutput } from '../../src/engine/engine.ts';
import { type SliceQueue, streamOf, type Work } from '../../src/engine/stream.ts';
import { settle } from '../support/manual-clock.ts';

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 };
const never = new AbortController().signal;

/** A work that does nothing by itself: the test drives its queue, and sees whether it was started and stopped. */
function handDriven() {
  const seen: { queue: SliceQueue | undefined; stopped: number } = { queue: undefined, stopped: 0 };
  const work: Work = (queue) => {
    seen.queue = queue;
    return () => {
      seen.stopped += 1;
    };
  };
  return { seen, work };
}

async function collect(outputs: AsyncIterable<SynthesisOutput>, into: SynthesisOutput[] = []) {
  for await (const output of outputs) into.push(output);
  return into;
}

describe('a stream of audio', () => {
  it('starts the first work at once and the next when the first has been read', async () => {
    const [one, two] = [handDriven(), handDriven()];
    const stream = streamOf([one.work, two.work], format, never);
    expect(one.seen.queue).toBeDefined();
    one.seen.queue?.push(new Uint8Array(8));
    one.seen.queue?.end();
    await settle();
    expect(two.seen.queue).toBeUndefined();
    const reading = collect(stream);
    await settle();
    expect(one.seen.stopped).toBe(1);
    two.seen.queue?.push(new Uint8Array(2));
    two.seen.queue?.push(new Uint8Array(6));
    two.seen.queue?.end();
    expect((await reading).map((output) => ('bytes' in output ? output.firstSample : 'mark'))).toEqual([0, 4, 5]);
    expect(two.seen.stopped).toBe(1);
  });

  it('tells each work how much there is before it', async () => {
    const after: number[] = [];
    const work: Work = (queue, afterMs) => {
      after.push(afterMs);
      queue.push(new Uint8Array(8000));
      queue.end();
      return () => {};
    };
    await collect(streamOf([work, work, work], format, never));
    expect(after).toEqual([0, 500, 1000]);
  });

  it('passes marks on as they are', async () => {
    const { seen, work } = handDriven();
    const stream = streamOf([work], format, never);
    const mark = { word: 'hi', startMs: 0, endMs: 5 };
    seen.queue?.push(mark);
    seen.queue?.end();
    expect(await collect(stream)).toEqual([mark]);
  });

  it('delivers what came before an error, then the error', async () => {
    const { seen, work } = handDriven();
    const stream = streamOf([work], format, never);
    seen.queue?.push(new Uint8Array(2));
    seen.queue?.fail(new Error('broken'));
    seen.queue?.push(new Uint8Array(2));
    seen.queue?.end();
    const got: SynthesisOutput[] = [];
    await expect(collect(stream, got)).rejects.toThrow('broken');
    expect(got.length).toBe(1);
  });

  it('drops what was not read when it is aborted, stops the work, and starts no other', async () => {
    const [one, two] = [handDriven(), handDriven()];
    const controller = new AbortController();
    const stream = streamOf([one.work, two.work], format, controller.signal);
    one.seen.queue?.push(new Uint8Array(2));
    controller.abort(new Error('enough'));
    const got: SynthesisOutput[] = [];
    await expect(collect(stream, got)).rejects.toThrow('enough');
    expect(got).toEqual([]);
    expect(one.seen.stopped).toBeGreaterThan(0);
    expect(two.seen.queue).toBeUndefined();
  });

  it('is aborted also while a reader waits, and between two works', async () => {
    const [one, two] = [handDriven(), handDriven()];
    const controller = new AbortController();
    const reading = collect(streamOf([one.work, two.work], format, controller.signal));
    const outcome = expect(reading).rejects.toThrow('enough');
    one.seen.queue?.end();
    await settle();
    expect(two.seen.queue).toBeDefined();
    controller.abort(new Error('enough'));
    await outcome;
    expect(two.seen.stopped).toBeGreaterThan(0);
  });

  it('stops the work when the reader leaves', async () => {
    const { seen, work } = handDriven();
    const stream = streamOf([work], format, never);
    seen.queue?.push(new Uint8Array(2));
    for await (const _ of stream) break;
    expect(seen.stopped).toBe(1);
  });

  it('starts nothing with a signal that is aborted', async () => {
    const { seen, work } = handDriven();
    await expect(collect(streamOf([work], format, AbortSignal.abort(new Error('no'))))).rejects.toThrow('no');
    expect(seen.queue).toBeUndefined();
  });

  it('is empty with no work', async () => {
    expect(await collect(streamOf([], format, never))).toEqual([]);
  });
});
