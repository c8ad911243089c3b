// What hear.mjs lets be heard: sentences that `vox` itself says, and recordings of any length.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sentences } from './engine.mjs';
import { root } from './measure.mjs';

/** Sentences as 16 kHz samples, cut behind the last that is audible. A walk in steps of 13 mixes how they begin and end. */
export function sayAll(count, folder) {
  const lines = Array.from({ length: count }, (_, i) => sentences[(i * 13) % sentences.length]);
  const text = join(folder, 'sentences.txt');
  writeFileSync(text, lines.join('\n'));
  const how = ['-q', '-v', 'rms', '--sample-rate', '16000', '--format', 'pcm', '--lines'];
  execFileSync(process.execPath, [join(root, 'bin/vox.js'), 'synth', ...how, '-f', text, '--out-dir', folder], {
    env: { ...process.env, VOX_PROVIDER: 'local' },
  });
  return lines.map((_, i) => {
    const bytes = readFileSync(join(folder, `${String(i + 1).padStart(4, '0')}.pcm`));
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2).slice();
    return samples.slice(0, samples.findLastIndex((sample) => Math.abs(sample) > 300) + 1);
  });
}

/** One after another, each with so much silence behind it. */
export function joined(utterances, pauseSamples) {
  const parts = utterances.map((samples) => {
    const part = new Int16Array(samples.length + pauseSamples);
    part.set(samples);
    return part;
  });
  return {
    lengths: parts.map(({ length }) => length),
    bytes: Buffer.concat(parts.map(({ buffer }) => Buffer.from(buffer))),
  };
}

function wavHeader({ sampleRateHz, channels, dataBytes }) {
  const header = Buffer.alloc(44);
  header.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0', 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** A recording of 44.1 kHz stereo, written in blocks: a second that swells and dies away in noise, again and again. */
export function writeRecording(path, seconds) {
  const sampleRateHz = 44_100;
  const second = new Int16Array(2 * sampleRateHz);
  for (let i = 0, noise = 1; i < sampleRateHz; i++) {
    noise = (noise * 48_271) % 2_147_483_647;
    const loudness = 12_000 * Math.sin((Math.PI * i) / sampleRateHz) ** 4;
    second[2 * i] = loudness * Math.sin(i / 30) + (noise % 200) - 100;
    second[2 * i + 1] = loudness * Math.sin(i / 45) - (noise % 160) + 80;
  }
  const block = Buffer.from(second.buffer);
  const file = openSync(path, 'w');
  writeSync(file, wavHeader({ sampleRateHz, channels: 2, dataBytes: seconds * block.length }));
  for (let i = 0; i < seconds; i++) writeSync(file, block);
  closeSync(file);
}
