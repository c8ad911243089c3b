import { describe, expect, it } from 'vitest';
import type { AudioSink } from '../../../src/audio/sink.ts';
import { chunksOf, countingBytes, mulaw8k, pcm24k } from '../signal.ts';

/** What every sink that stores owes its caller. Each rule rejects when a sink breaks it. */
export const sinkRules: Record<string, (sink: AudioSink) => Promise<void>> = {
  async 'counts the samples it took'(sink) {
    expect(sink.position().playedSamples).toBe(0);
    for (const chunk of chunksOf(pcm24k, countingBytes(9600), 960)) await sink.write(chunk);
    expect(sink.position().playedSamples).toBe(4800);
    await sink.drain();
    expect(sink.position().playedSamples).toBe(4800);
  },
  async 'refuses another format than that of the first chunk, in words, and with an error'(sink) {
    expect(sink.refuses(pcm24k)).toBeUndefined();
    for (const chunk of chunksOf(pcm24k, countingBytes(960), 960)) await sink.write(chunk);
    expect(sink.refuses(pcm24k)).toBeUndefined();
    expect(sink.refuses(mulaw8k)).toMatch(/linear16|mulaw/);
    const write = async () => {
      for (const chunk of chunksOf(mulaw8k, countingBytes(160), 160)) await sink.write(chunk);
    };
    await expect(write()).rejects.toMatchObject({ code: 'E_PROTOCOL' });
  },
  async 'takes nothing after an abort, and says nothing'(sink) {
    const [first, second] = chunksOf(pcm24k, countingBytes(1920), 960);
    if (first) await sink.write(first);
    sink.abort();
    sink.abort();
    if (second) await sink.write(second);
    await sink.drain();
    expect(sink.position().playedSamples).toBe(480);
  },
  async 'lets a write go when it is aborted'(sink) {
    const [chunk] = chunksOf(pcm24k, countingBytes(400_000), 400_000);
    const written = chunk && sink.write(chunk);
    sink.abort();
    await written;
    await sink.drain();
  },
  async 'lets a drain go when it is aborted'(sink) {
    for (const chunk of chunksOf(pcm24k, countingBytes(9600), 960)) await sink.write(chunk);
    const drained = sink.drain();
    sink.abort();
    await drained;
  },
};

export function describeSink(name: string, create: () => Promise<AudioSink>, end?: (sink: AudioSink) => Promise<void>) {
  describe(name, () => {
    it.each(Object.entries(sinkRules))('%s', async (_, rule) => {
      const sink = await create();
      await rule(sink);
      await end?.(sink);
    });
  });
}
