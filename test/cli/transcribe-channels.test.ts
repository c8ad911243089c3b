import { describe, expect, it } from 'vitest';
import type { AudioSource } from '../../src/audio/source.ts';
import { Channels, type ChannelsResult } from '../../src/cli/transcribe-channels.ts';
import type { ListenOptions } from '../../src/session/listen-options.ts';
import type { Segment, TranscriptWord } from '../../src/speech/listen.ts';
import { createMemoryPair } from '../../src/transport/memory.ts';
import {
  AudioFeed,
  FakeEar,
  fakeService,
  final,
  format,
  type Habits,
  interim,
  obliging,
  settle,
} from '../support/fake-listen.ts';
import { ManualClock } from '../support/manual-clock.ts';

interface Hall {
  readonly clock: ManualClock;
  readonly feeds: readonly AudioFeed[];
  /** The services' ends, in the order of the channels. */
  readonly ears: readonly FakeEar[];
  readonly channels: Channels;
  /** What was put, as `0:text`; without a number where there is one channel. */
  readonly put: string[];
  readonly asides: string[];
  readonly running: Promise<ChannelsResult>;
}

interface Wishes {
  readonly habits?: Partial<Habits>;
  readonly refuse?: (segment: Segment) => boolean;
  /** Ctrl-C comes when the session of this channel is about to begin. */
  readonly stopAt?: number;
}

async function opened(count: number, { habits = {}, refuse = () => false, stopAt }: Wishes = {}): Promise<Hall> {
  const clock = new ManualClock();
  const feeds = Array.from({ length: count }, () => new AudioFeed());
  const ears: FakeEar[] = [];
  const signal = new AbortController().signal;
  const sources = feeds.map((feed): AudioSource => ({ name: 'x', format, live: false, chunks: () => feed }));
  const options = (channel: number): ListenOptions => ({
    service: fakeService(),
    settings: { baseUrl: 'ws://fake', format, interim: true },
    credentials: {},
    clock,
    connect: async () => {
      const [client, server] = createMemoryPair(clock);
      ears[channel] = new FakeEar(client, server, { ...obliging, ...habits });
      return { transport: client, times: { startMs: 0, openMs: 0 }, headers: {} };
    },
  });
  const [put, asides]: [string[], string[]] = [[], []];
  const channels = new Channels({
    sources,
    signal,
    session: (channel) => {
      if (channel === stopAt) void channels.finish();
      return options(channel);
    },
    put: async (segment) => {
      if (refuse(segment)) throw new Error(`no room for ${segment.text}`);
      put.push(segment.channel === undefined ? segment.text : `${segment.channel}:${segment.text}`);
    },
    aside: (out, channel) => asides.push(`${channel}:${out.type}`),
  });
  const running = channels.run();
  for (const feed of feeds) feed.push(5000);
  await settle();
  return { clock, feeds, ears, channels, put, asides, running };
}

const word = (text: string, startMs: number): TranscriptWord => ({ text, startMs, endMs: startMs + 100 });
/** A stretch of audio, with its word in it. */
const said = (text: string, startMs: number, wordMs: number, endMs: number) =>
  final(text, { startMs, endMs, words: [word(text, wordMs)] });

describe('Channels, of one channel', () => {
  it('hands on what is heard as it comes, with no number', async () => {
    const { ears, feeds, put, asides, running } = await opened(1);
    ears[0]?.say(interim('hel'), final('hello'), { type: 'speechStarted', atMs: 5 });
    await settle();
    expect(put).toEqual(['hello']);
    expect(asides).toEqual(['undefined:interim', 'undefined:speechStarted']);
    feeds[0]?.end();
    const { results, failure, cutOff } = await running;
    expect(results).toMatchObject([{ why: 'done' }]);
    expect({ failure, cutOff }).toEqual({ failure: undefined, cutOff: false });
  });

  it('tells what broke', async () => {
    const { ears, running } = await opened(1);
    ears[0]?.close(1011);
    const { failure, results } = await running;
    expect(failure?.thrown).toMatchObject({ code: 'E_PROVIDER' });
    expect(results).toHaveLength(1);
  });

  it('fails where what was heard cannot be put', async () => {
    const { ears, running } = await opened(1, { refuse: () => true });
    ears[0]?.say(final('hello'));
    const { failure } = await running;
    expect(failure?.thrown).toMatchObject({ message: 'no room for hello' });
  });
});

describe('Channels, of two', () => {
  it('puts segments by their first words, not by the silence in front of them', async () => {
    const { ears, feeds, put, running } = await opened(2);
    // Both stretches begin at 0; the second channel's is told first.
    ears[1]?.say(said('answer', 0, 2000, 2500));
    await settle();
    expect(put).toEqual([]);
    ears[0]?.say(said('question', 0, 300, 1000));
    await settle();
    expect(put).toEqual(['0:question']);
    for (const feed of feeds) feed.end();
    await running;
    expect(put).toEqual(['0:question', '1:answer']);
  });

  it('does not wait for one that is silent further than it was heard', async () => {
    const { clock, ears, put } = await opened(2);
    ears[1]?.say(said('alone', 0, 300, 900));
    await settle();
    await clock.advance(0);
    expect(put).toEqual([]);
    ears[0]?.say(interim('', { startMs: 0, endMs: 1200 }));
    await settle();
    await clock.advance(0);
    // A word at 300 might still be found.
    expect(put).toEqual([]);
    ears[0]?.say(interim('', { startMs: 0, endMs: 1400 }));
    await settle();
    await clock.advance(0);
    expect(put).toEqual(['1:alone']);
  });

  it('waits for one that has begun to speak before', async () => {
    const { clock, ears, put } = await opened(2);
    ears[0]?.say(interim('so', { startMs: 0, endMs: 4000, words: [word('so', 200)] }));
    ears[1]?.say(said('later', 0, 900, 1500));
    await settle();
    await clock.advance(0);
    expect(put).toEqual([]);
    ears[0]?.say(said('so', 0, 200, 4100));
    await settle();
    expect(put).toEqual(['0:so', '1:later']);
  });

  it('says which channel an aside is of', async () => {
    const { ears, asides } = await opened(2);
    ears[1]?.say({ type: 'utteranceEnd' });
    await settle();
    expect(asides).toEqual(['1:utteranceEnd']);
  });

  it('gives what one has heard, where the other breaks', async () => {
    const { ears, feeds, put, running } = await opened(2);
    ears[0]?.say(said('kept', 0, 300, 900));
    await settle();
    ears[1]?.close(1008);
    for (const feed of feeds) feed.end();
    const { failure, results } = await running;
    expect(put).toEqual(['0:kept']);
    expect(failure?.thrown).toMatchObject({ code: 'E_REQUEST' });
    expect(results.map(({ why }) => why)).toEqual(['done', 'failed']);
  });

  it('ends both where there is no room for what one has heard', async () => {
    const { ears, running, put } = await opened(2, { refuse: ({ text }) => text === 'second' });
    ears[0]?.say(said('first', 0, 300, 900), said('second', 900, 1000, 1500));
    ears[1]?.say(said('far', 0, 4000, 4500));
    const { failure } = await running;
    expect(put).toEqual(['0:first']);
    expect(failure?.thrown).toMatchObject({ message: 'no room for second' });
  });
});

describe('Channels.finish', () => {
  it('takes no more audio, and resolves when what was sent has been heard', async () => {
    const { ears, channels, put, running } = await opened(1, { habits: { answers: false } });
    let finished = false;
    const finishing = channels.finish().then(() => {
      finished = true;
    });
    await settle();
    expect(ears[0]?.words).toBe('audio finalize');
    expect(finished).toBe(false);
    ears[0]?.say(final('the tail', { fromFinalize: true }));
    await finishing;
    expect(put).toEqual(['the tail']);
    expect(await running).toMatchObject({ failure: undefined, cutOff: true, results: [{ why: 'done' }] });
  });

  it('is no cut where all was sent', async () => {
    const { ears, feeds, channels, running } = await opened(1, { habits: { answers: false } });
    feeds[0]?.end();
    await settle();
    const finishing = channels.finish();
    ears[0]?.say(final('the tail', { fromFinalize: true }));
    await finishing;
    expect(await running).toMatchObject({ cutOff: false });
  });

  it('does not wait for a service that is not ready', async () => {
    const { channels } = await opened(2, { habits: { ready: false } });
    await channels.finish();
  });

  it.each([0, 1])('ends channels that begin only after it, too: %d', async (stopAt) => {
    const { ears, running } = await opened(2, { stopAt });
    await settle();
    for (const { words } of ears) expect(words).not.toContain('audio');
    expect(await running).toMatchObject({
      ...{ failure: undefined, cutOff: true },
      results: [{ report: { audioMs: 0 } }, { report: { audioMs: 0 } }],
    });
  });
});
