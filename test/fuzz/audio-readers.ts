import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { Chunker } from '../../src/audio/chunker.ts';
import { decodeStream } from '../../src/audio/decode-stream.ts';
import type { AudioFormat } from '../../src/audio/format.ts';
import { linear16 } from '../../src/audio/linear16.ts';
import { PcmStream } from '../../src/audio/pcm-stream.ts';
import { openAudio } from '../../src/audio/sources/open-audio.ts';
import { parseWavHeader, wavHeader } from '../../src/audio/wav-header.ts';
import { sampleReader } from '../../src/server/listen-audio.ts';
import { must, pieces, type Reader } from './reader.ts';
import { sealFlac, sealOgg } from './seal.ts';

const mono = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
const samples = new Uint8Array(Int16Array.from({ length: 800 }, (_, i) => 9000 * Math.sin(i / 4)).buffer);
const wavs = [mono, { ...mono, channels: 2 }, { ...mono, encoding: 'mulaw' as const, sampleRateHz: 8000 }].map(
  (format) => new Uint8Array(Buffer.concat([wavHeader(format, samples.length), samples])),
);

/** A tenth of a second, as ffmpeg writes it. */
function written(...how: readonly string[]): Uint8Array {
  const source = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=0.1'];
  const make = ['-hide_banner', '-loglevel', 'error', '-nostdin', ...source, ...how, '-'];
  return new Uint8Array(execFileSync('ffmpeg', make));
}

async function hearAll(bytes: Uint8Array, raw?: typeof mono): Promise<void> {
  const sources = await openAudio({ stream: Readable.from(pieces(bytes)), name: 'it' }, raw && { raw });
  let sampleCount = 0;
  for (const source of sources) {
    for await (const chunk of source.chunks(new AbortController().signal)) {
      must(chunk.bytes.length % 2 === 0, 'chunks are whole samples');
      sampleCount += chunk.bytes.length / 2;
    }
  }
  // Of each byte at most an MP3 frame's share, or Opus' longest packet.
  must(sampleCount < 16_000 * 600, 'so few bytes are no hours');
}

/** As it comes from a service, of which it is known what it should be. */
function arrives(encoding: AudioFormat['encoding'], seeds: Pick<Reader, 'seeds' | 'from'>): Reader {
  return {
    ...seeds,
    async read(bytes) {
      const stream = pieces(bytes)[Symbol.asyncIterator]();
      const reader = {
        name: 'it',
        sizeBytes: undefined,
        read: async () => {
          const { value, done } = await stream.next();
          return done ? undefined : value;
        },
        close: async () => {},
      };
      let sampleCount = 0;
      const options = { format: { ...mono, encoding }, sampleRateHz: 24_000, warn: () => {} };
      for await (const block of decodeStream(reader, options)) sampleCount += block.length;
      must(sampleCount < 24_000 * 600, 'so few bytes are no hours');
    },
  };
}

const byFfmpeg = (seeds: Reader['seeds']) => ({ from: 'ffmpeg', seeds }) as const;

const mp3s = byFfmpeg(() => [
  written('-f', 'mp3'),
  written('-f', 'mp3', '-ac', '2', '-b:a', '64k', '-metadata', 'title=x'),
  written('-f', 'mp3', '-ar', '16000', '-q:a', '9', '-write_xing', '0', '-id3v2_version', '0'),
]);
const opuses = byFfmpeg(() => [
  written('-c:a', 'libopus', '-f', 'ogg'),
  written('-c:a', 'libopus', '-f', 'ogg', '-ac', '2', '-b:a', '8k', '-page_duration', '20000'),
]);
const flacs = byFfmpeg(() => [
  written('-f', 'flac'),
  written('-f', 'flac', '-ac', '2', '-compression_level', '12'),
  written('-f', 'flac', '-sample_fmt', 's32', '-ar', '8000'),
]);
/** Of other writers than ours. */
const otherWavs = byFfmpeg(() => [
  written('-f', 'wav'),
  written('-f', 'wav', '-c:a', 'pcm_s24le', '-ac', '6'),
  written('-f', 'wav', '-c:a', 'pcm_f32le', '-metadata', 'title=x'),
  written('-f', 'wav', '-c:a', 'pcm_u8', '-ar', '8000'),
  written('-f', 'wav', '-c:a', 'pcm_alaw', '-bitexact'),
]);

/** Everything that becomes samples. */
export const audioReaders: Readonly<Record<string, Reader>> = {
  wav: { seeds: () => wavs, read: (bytes) => hearAll(bytes) },
  'wav-of-others': { ...otherWavs, read: (bytes) => hearAll(bytes) },
  'wav-header': {
    seeds: () => wavs,
    read(bytes) {
      parseWavHeader(bytes.subarray(0, 4096));
    },
  },
  mp3: { ...mp3s, read: (bytes) => hearAll(bytes) },
  'ogg-opus': { ...opuses, read: (bytes) => hearAll(bytes) },
  flac: { ...flacs, read: (bytes) => hearAll(bytes) },
  // What has the right checksums reaches what is behind them.
  'ogg-opus-sealed': { ...opuses, read: (bytes) => hearAll(sealOgg(bytes)) },
  'flac-sealed': { ...flacs, read: (bytes) => hearAll(sealFlac(bytes)) },
  'arriving-mp3': arrives('mp3', mp3s),
  'arriving-opus': arrives('opus', opuses),
  'arriving-mulaw': arrives('mulaw', { seeds: () => [samples, ...wavs] }),
  'arriving-linear16': arrives('linear16', { seeds: () => [samples, ...wavs] }),
  raw: { seeds: () => [samples], read: (bytes) => hearAll(bytes, mono) },
  'pcm-stream': {
    seeds: () => [...wavs, samples],
    read(bytes) {
      const stream = new PcmStream(mono, () => {});
      let wholeBytes = 0;
      for (let at = 0, length = 1; at < bytes.length; at += length, length = 1 + ((length * 5) % 301)) {
        wholeBytes += stream.push(bytes.subarray(at, at + length))?.bytes.length ?? 0;
      }
      const { chunk, droppedBytes } = stream.end();
      wholeBytes += chunk?.bytes.length ?? 0;
      must(wholeBytes % 2 === 0, 'chunks are whole samples');
      must(wholeBytes + droppedBytes <= bytes.length, 'nothing is made up');
    },
  },
  chunker: {
    seeds: () => [samples],
    read(bytes) {
      const given = linear16(bytes.slice(0, bytes.length & ~1));
      const chunker = new Chunker(8000 + ((bytes[0] ?? 0) % 4) * 8000, 1 + ((bytes[1] ?? 0) % 100));
      const chunks = [];
      for (let at = 0, length = 1; at < given.length; at += length, length = 1 + ((length * 5) % 701)) {
        chunks.push(...chunker.push(given.subarray(at, at + length)));
      }
      chunks.push(...chunker.end());
      const whole = Buffer.concat(chunks.map((chunk) => chunk.bytes));
      must(whole.equals(Buffer.from(given.buffer, given.byteOffset, given.byteLength)), 'chunks are what was pushed');
      must(new Set(chunks.slice(0, -1).map((chunk) => chunk.bytes.length)).size <= 1, 'chunks are of one length');
    },
  },
  'server-audio': {
    seeds: () => [samples],
    read(bytes) {
      const [kind = 0, rate = 0, count = 0] = bytes;
      const encoding = (['linear16', 'mulaw', 'alaw', 'mp3'] as const)[kind % 4] ?? 'mp3';
      const channels = count % 10;
      const read = sampleReader({ encoding, sampleRateHz: rate * 400, channels });
      const sampleBytes = encoding === 'linear16' ? 2 : 1;
      // At an odd place, as the network cuts.
      const odd = new Uint8Array(bytes.length + 1).subarray(1);
      odd.set(bytes);
      const whole = odd.subarray(0, bytes.length - (bytes.length % (channels * sampleBytes)));
      must(read(whole).length === whole.length / channels / sampleBytes, 'a sample of each frame');
    },
  },
};
