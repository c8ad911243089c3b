import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChannelMerge } from '../../../src/report/transcript/merge.ts';
import type { Segment } from '../../../src/speech/listen.ts';
import { untimed } from './subtitle-reader.ts';

const at = (startMs: number, text = `at ${startMs}`) => untimed(text, startMs, startMs + 500);
const starts = (segments: Segment[]) => segments.map(({ startMs, channel }) => `${channel}:${startMs}`);

describe('ChannelMerge', () => {
  it('waits while another channel may still give an earlier one', () => {
    const merge = new ChannelMerge(2);
    expect(starts(merge.push(0, at(1000)))).toEqual([]);
    expect(starts(merge.through(1, 999))).toEqual([]);
    expect(starts(merge.through(1, 1000))).toEqual(['0:1000']);
  });

  it('gives what the other channel has passed', () => {
    const merge = new ChannelMerge(2);
    merge.push(0, at(1000));
    merge.push(0, at(3000));
    expect(starts(merge.push(1, at(2000)))).toEqual(['0:1000', '1:2000']);
    expect(starts(merge.end(1))).toEqual(['0:3000']);
    expect(merge.end(0)).toEqual([]);
  });

  it('puts the lower channel first where two start together, whichever comes first', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const merge = new ChannelMerge(2);
      const given = [...order.flatMap((channel) => merge.push(channel, at(500))), ...merge.end(0), ...merge.end(1)];
      expect(starts(given)).toEqual(['0:500', '1:500']);
    }
    const merge = new ChannelMerge(2);
    merge.through(0, 500);
    expect(merge.push(1, at(500))).toEqual([]);
  });

  it('goes by the first word, and not by the silence before it', () => {
    const merge = new ChannelMerge(2);
    const late = { ...at(0, 'late'), words: [{ text: 'late', startMs: 900, endMs: 1000 }] };
    merge.push(0, late);
    expect(starts(merge.push(1, { ...at(500), words: [{ text: 'a', startMs: 600, endMs: 700 }] }))).toEqual(['1:500']);
    expect(merge.end(1)).toMatchObject([{ text: 'late', channel: 0 }]);
  });

  it('gives everything at once where there is one channel', () => {
    expect(new ChannelMerge(1).push(0, at(5))).toEqual([{ ...at(5), channel: 0 }]);
  });

  it('keeps the order of a channel whose times go back', () => {
    const merge = new ChannelMerge(2);
    merge.push(0, at(2000, 'first'));
    merge.push(0, at(100, 'second'));
    expect(merge.through(1, 1999)).toEqual([]);
    expect(merge.end(1)).toMatchObject([
      { text: 'first', startMs: 2000 },
      { text: 'second', startMs: 100 },
    ]);
    expect(merge.push(0, at(50, 'third'))).toMatchObject([{ text: 'third', startMs: 50 }]);
  });

  it('knows its channels', () => {
    expect(() => new ChannelMerge(2).push(2, at(0))).toThrow(RangeError);
    const merge = new ChannelMerge(2);
    merge.end(1);
    expect(() => merge.push(1, at(0))).toThrow(RangeError);
  });

  it('loses nothing, and is in order, however the channels run', () => {
    const channel = fc.array(fc.nat(1000)).map((times) => times.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        fc.array(channel, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.nat(3)),
        (channels, turns) => {
          const merge = new ChannelMerge(channels.length);
          const left = channels.map((times) => [...times]);
          const given: Segment[] = [];
          for (const turn of turns) {
            const index = turn % channels.length;
            const next = left[index]?.shift();
            if (next !== undefined) given.push(...merge.push(index, at(next)));
            if (left.every((times) => times.length === 0)) break;
          }
          for (const index of channels.keys()) given.push(...merge.end(index));
          const wanted = channels.flatMap((times, index) => times.map((time) => ({ time, index })));
          wanted.sort((a, b) => a.time - b.time || a.index - b.index);
          expect(starts(given)).toEqual(wanted.map(({ time, index }) => `${index}:${time}`));
        },
      ),
    );
  });
});
