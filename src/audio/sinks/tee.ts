import type { AudioChunk } from '../format.ts';
import type { AudioSink } from '../sink.ts';

/** Undefined when every sink took the chunk at once; a sink that throws counts as one that rejects. */
function writeAll(sinks: readonly AudioSink[], chunk: AudioChunk): Promise<void> | undefined {
  const waits: Promise<void>[] = [];
  for (const sink of sinks) {
    try {
      const wait = sink.write(chunk);
      if (wait) waits.push(wait);
    } catch (thrown) {
      waits.push(Promise.reject(thrown));
    }
  }
  return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
}

/**
 * One turn into several sinks (`-o X --play`). The slowest sets the pace. A write fails as soon as one sink does;
 * a drain lets all of them finish first, so that a failing speaker spoils no file. The position is the first sink's.
 */
export function teeSinks(sinks: readonly AudioSink[]): AudioSink {
  const [first] = sinks;
  if (!first) throw new RangeError('a tee needs at least one sink');
  const all = (what: 'checkpoint' | 'takeBack') => async () => {
    await Promise.all(sinks.map((sink) => sink[what]?.()));
  };
  const takesBack = sinks.every((sink) => sink.takeBack);
  return {
    ...(takesBack && { checkpoint: all('checkpoint'), takeBack: all('takeBack') }),
    refuses(format) {
      return sinks.map((sink) => sink.refuses(format)).find((refusal) => refusal !== undefined);
    },
    write: (chunk) => writeAll(sinks, chunk),
    async drain() {
      const ends = await Promise.allSettled(sinks.map((sink) => sink.drain()));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    abort() {
      for (const sink of sinks) sink.abort();
    },
    position: () => first.position(),
  };
}
