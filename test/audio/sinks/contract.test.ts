import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { AudioSink } from '../../../src/audio/sink.ts';
import { createEncodingSink } from '../../../src/audio/sinks/encoding.ts';
import { createFileSink } from '../../../src/audio/sinks/file.ts';
import { createNullSink } from '../../../src/audio/sinks/null.ts';
import { createStreamSink } from '../../../src/audio/sinks/stream.ts';
import { teeSinks } from '../../../src/audio/sinks/tee.ts';
import { hasProgram, needs } from '../../support/programs.ts';
import { scratchDirectory } from '../scratch.ts';
import { pcm24k } from '../signal.ts';
import { describeSink, sinkRules } from './contract.ts';

const scratch = scratchDirectory();
const discard = async (sink: AudioSink) => {
  if ('discard' in sink && typeof sink.discard === 'function') await sink.discard();
};
/** A stream that has room for little, and makes it only when the event loop turns. */
const narrow = () => new Writable({ highWaterMark: 1000, write: (_bytes, _encoding, done) => setImmediate(done) });

describeSink('null', async () => createNullSink());
describeSink('stream wav', async () => createStreamSink(narrow(), { container: 'wav' }));
describeSink('stream raw', async () => createStreamSink(narrow(), { container: 'raw' }));
describeSink('file wav', () => createFileSink({ path: scratch.file('a.wav'), container: 'wav' }), discard);
describeSink('file raw', () => createFileSink({ path: scratch.file('a.pcm'), container: 'raw' }), discard);
describeSink('tee', async () => teeSinks([createNullSink(), createStreamSink(narrow(), { container: 'wav' })]));
const encoding = { container: 'mp3', input: pcm24k, ffmpeg: 'ffmpeg' } as const;
if (hasProgram('ffmpeg')) {
  describeSink('encoding', () => createEncodingSink({ path: scratch.file('a.mp3'), ...encoding }), discard);
} else {
  needs('ffmpeg').it('encoding', () => {});
}

describe('the contract itself', () => {
  const breaks: Record<string, (sink: AudioSink) => Partial<AudioSink>> = {
    'counts the samples it took': () => ({ position: () => ({ playedSamples: 0, atMs: 0 }) }),
    'refuses another format than that of the first chunk, in words, and with an error': () => ({ write: () => {} }),
    'takes nothing after an abort, and says nothing': () => ({ abort: () => {} }),
    'lets a write go when it is aborted': () => ({ write: () => Promise.reject(new Error('aborted')) }),
    'lets a drain go when it is aborted': () => ({ drain: () => Promise.reject(new Error('aborted')) }),
  };
  it('has a way to break every rule', () => {
    expect(Object.keys(breaks)).toEqual(Object.keys(sinkRules));
  });
  it.each(Object.entries(breaks))('rejects a sink that does not: %s', async (name, spoil) => {
    const sink = createNullSink();
    await expect(sinkRules[name]?.({ ...sink, ...spoil(sink) })).rejects.toThrow();
  });
});
