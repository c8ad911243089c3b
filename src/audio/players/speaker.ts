import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PlayerProgram } from './program-table.ts';

/**
 * Runs in a process of its own, like any player program: merely loading the package aborts the process where there is
 * no sound card (it hands ALSA a null pointer), and closing it waits on the event loop for the device's end.
 */
const source = `
const [path, rate, device] = process.argv.slice(1);
const Speaker = require(path);
const speaker = new Speaker({ sampleRate: Number(rate), channels: 1, bitDepth: 16, device });
speaker.once('open', () => process.stdout.write('[open]'));
process.stdin.pipe(speaker);
`;

function find(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('speaker');
  } catch {
    return undefined;
  }
}

function missing(): string | undefined {
  const path = find();
  if (path === undefined) return 'the npm package is not installed';
  return existsSync(join(dirname(path), 'build')) ? undefined : 'the npm package was not compiled';
}

/** The npm package speaker: optional, as it is compiled where it is installed. */
export const speaker: PlayerProgram = {
  name: 'speaker',
  command: process.execPath,
  picksDevice: true,
  announces: /\[open\]/,
  settleMs: 0,
  missing,
  argv: (rate, device) => ['-e', source, find() ?? 'speaker', `${rate}`, ...(device === undefined ? [] : [device])],
  latencyMs: 10,
};
