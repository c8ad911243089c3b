import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AudioChunk } from '../../../src/audio/format.ts';
import type { AudioSource } from '../../../src/audio/source.ts';
import { openMicrophone } from '../../../src/audio/sources/microphone.ts';
import { type AudioOptions, openAudio } from '../../../src/audio/sources/open-audio.ts';
import { systemClock } from '../../../src/clock.ts';
import { noLog } from '../../../src/log.ts';
import { needs } from '../../support/programs.ts';
import { fakeProgram, isAlive, pidIn } from '../fake-program.ts';
import { scratchDirectory } from '../scratch.ts';
import { encoded, sine } from '../signal.ts';
import { wavFile } from '../wav-bytes.ts';
import { laws, type SourceMember } from './contract.ts';
import { streamOf } from './heard.ts';

const folder = scratchDirectory();
const wav = wavFile({ channels: 2, rate: 44_100 }, [...encoded(sine(44_100, 8000, 9000), 'linear16')]);

/** A stream that shows whether it was let go of. */
function ofStream(name: string, bytes: () => Uint8Array, options: AudioOptions = {}): SourceMember {
  const streams = new Set<Readable>();
  return {
    name,
    async open() {
      const stream = streamOf(bytes(), [500]);
      streams.add(stream);
      stream.once('close', () => streams.delete(stream));
      const [source] = await openAudio({ stream, name: 'stdin' }, options);
      if (!source) throw new Error('no source');
      return source;
    },
    async held() {
      await new Promise((resolve) => setImmediate(resolve));
      return streams.size;
    },
  };
}

function made(...options: string[]): Uint8Array {
  const quiet = ['-loglevel', 'error', '-y', '-i', 'pipe:0'];
  execFileSync('ffmpeg', [...quiet, ...options, folder.file('made')], { input: wav });
  return readFileSync(folder.file('made'));
}

const microphone: SourceMember = {
  name: 'a microphone',
  endless: true,
  async open() {
    const loop = 'while :; do head -c 3200 /dev/zero; sleep 0.01; done';
    await fakeProgram(folder.file('arecord'), `echo $$ > ${folder.file('pid')}; ${loop}`);
    return openMicrophone({ recorder: 'arecord', clock: systemClock, log: noLog });
  },
  held: async () => (isAlive(await pidIn(folder.file('pid'))) ? 1 : 0),
};

const raw = { encoding: 'linear16', sampleRateHz: 44_100, channels: 2 } as const;
const members: SourceMember[] = [
  ofStream('WAV', () => wav),
  ofStream('raw PCM', () => wav.subarray(44), { raw }),
  microphone,
];
const compressed: SourceMember[] = [
  ofStream('MP3', () => made('-f', 'mp3')),
  ofStream('Ogg Opus', () => made('-c:a', 'libopus', '-f', 'ogg')),
  ofStream('FLAC', () => made('-f', 'flac')),
];

beforeEach(() => {
  vi.stubEnv('PATH', `${folder.path}:${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(members)('$name', (member) => {
  it.each(laws)('$name', async ({ breach }) => {
    expect(await breach(member)).toBeUndefined();
  });
});

needs('ffmpeg').describe.each(compressed)('$name', (member) => {
  it.each(laws)('$name', async ({ breach }) => {
    expect(await breach(member)).toBeUndefined();
  });
});

type Change = (source: AudioSource) => Partial<AudioSource>;
type Chunks = AudioSource['chunks'];

/** The chunks of a source, each changed. */
function changed(source: AudioSource, change: (chunk: AudioChunk, index: number) => AudioChunk): Chunks {
  return async function* (signal) {
    let index = 0;
    for await (const chunk of source.chunks(signal)) yield change(chunk, index++);
  };
}

const shared = new Uint8Array(1600);
/** Each is broken in one way; the place of the law that it breaks is beside it. */
const broken: [name: string, law: number, change: Change][] = [
  ['stereo', 0, ({ format }) => ({ format: { ...format, channels: 2 } })],
  ['of another rate', 0, ({ format }) => ({ format: { ...format, sampleRateHz: 8000 } })],
  ['without a name', 0, () => ({ name: '' })],
  ['live by mistake', 0, () => ({ live: true })],
  ['not to be closed', 0, () => ({ close: undefined })],
  ['numbered in chunks', 1, (s) => ({ chunks: changed(s, (chunk, index) => ({ ...chunk, firstSample: index })) })],
  ['empty', 1, () => ({ async *chunks() {} })],
  [
    'uneven',
    1,
    (s) => ({ chunks: changed(s, (chunk, i) => (i === 2 ? { ...chunk, bytes: chunk.bytes.subarray(2) } : chunk)) }),
  ],
  [
    'cut inside a sample',
    1,
    (s) => ({ chunks: changed(s, (chunk) => ({ ...chunk, bytes: chunk.bytes.subarray(1) })) }),
  ],
  [
    'giving one buffer again and again',
    2,
    (s) => ({
      chunks: changed(s, (chunk) => {
        shared.set(chunk.bytes);
        return { ...chunk, bytes: shared };
      }),
    }),
  ],
  [
    'holding on when it is left',
    3,
    (s) => ({
      chunks: async function* (signal) {
        const all = s.chunks(signal)[Symbol.asyncIterator]();
        for (let next = await all.next(); !next.done; next = await all.next()) yield next.value;
      },
    }),
  ],
  ['holding on when it is closed', 4, () => ({ close: async () => {} })],
  ['deaf to its signal', 5, (s) => ({ chunks: () => s.chunks(new AbortController().signal) })],
  [
    'ending at an abort as if it were the end',
    5,
    (s) => ({
      chunks: async function* (signal) {
        for await (const chunk of s.chunks(new AbortController().signal)) {
          if (signal.aborted) return;
          yield chunk;
        }
      },
    }),
  ],
  [
    'looking at its signal too late',
    6,
    (s) => ({
      chunks: async function* (signal) {
        for await (const chunk of s.chunks(new AbortController().signal)) {
          yield chunk;
          signal.throwIfAborted();
        }
      },
    }),
  ],
];

describe('the contract', () => {
  it.each(broken)('refuses a source that is %s', async (_, law, change) => {
    const good = ofStream('good', () => wav);
    const bad: SourceMember = {
      ...good,
      async open() {
        const source = await good.open();
        const whole: AudioSource = {
          name: source.name,
          format: source.format,
          live: source.live,
          chunks: (signal) => source.chunks(signal),
          close: async () => source.close?.(),
        };
        return { ...whole, ...change(whole) };
      },
    };
    expect(await laws[law]?.breach(good)).toBeUndefined();
    expect(await laws[law]?.breach(bad)).toEqual(expect.any(String));
  });
});
