import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { PlayerProgram } from './program-table.ts';

/**
 * How much it asks for at a time; it holds up to twice this. A larger block bears a busier machine, a smaller one is
 * heard sooner: measured, docs/playing.md.
 */
const blockMs = 60;

/**
 * Runs in a process of its own, like any player program. In ours it would stutter at every pause of the event loop
 * longer than a block, throw the errors of a device that went away where nobody can catch them, and go on sounding
 * after an `abort`, as it has no way to give back what it holds. In a worker thread it ends in a segmentation fault.
 */
const source = `
const [url, rate, block] = process.argv.slice(1);
const config = { sampleRate: Number(rate), channelCount: 1, bufferDuration: Number(block) };
let bytes = Buffer.alloc(0);
let ended = false;
let silentBlocks = 0;
let output;
function fill(into) {
  const count = Math.min(into.length, bytes.length >> 1);
  for (let i = 0; i < count; i++) into[i] = bytes.readInt16LE(2 * i);
  bytes = bytes.subarray(2 * count);
  if (ended && count === 0 && ++silentBlocks === 2) output.dispose();
}
async function play() {
  const { createAudioOutput, isPlatformSupported } = await import(url);
  if (!isPlatformSupported()) throw new Error('not made for ' + process.platform + ' on ' + process.arch);
  output = await createAudioOutput(config, fill);
  process.stdout.write('[open]');
  process.stdin.on('data', (more) => { bytes = Buffer.concat([bytes, more]); });
  process.stdin.on('end', () => { ended = true; });
}
play();
`;

/** The npm package @echogarden/audio-io: prebuilt for Linux, macOS and Windows on x64 and arm64. */
export const audioIo: PlayerProgram = {
  name: 'audio-io',
  command: process.execPath,
  picksDevice: false,
  announces: /\[open\]/,
  settleMs: 0,
  missing: () => undefined,
  argv: (rate) => {
    const url = pathToFileURL(createRequire(import.meta.url).resolve('@echogarden/audio-io')).href;
    return ['-e', source, url, `${rate}`, `${blockMs}`];
  },
  latencyMs: 90,
};
