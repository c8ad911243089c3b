import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { sealFlac, sealOgg } from './seal.ts';

const { it } = needs('ffmpeg');

const written = (...how: readonly string[]) => {
  const source = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=0.1'];
  return new Uint8Array(execFileSync('ffmpeg', ['-loglevel', 'error', '-nostdin', ...source, ...how, '-']));
};

it.each([
  ['ogg', () => written('-c:a', 'libopus', '-f', 'ogg'), sealOgg],
  ['ogg of many pages', () => written('-c:a', 'libopus', '-f', 'ogg', '-page_duration', '20000'), sealOgg],
  ['flac', () => written('-f', 'flac'), sealFlac],
  ['flac of 24 bits', () => written('-f', 'flac', '-ar', '8000', '-sample_fmt', 's32'), sealFlac],
] as const)('the checksums that another program wrote into %s are written again as they were', (_, make, seal) => {
  const bytes = make();
  expect(seal(bytes)).toEqual(bytes);
  const changed = bytes.slice();
  const flip = (of: Uint8Array) => of.fill((of.at(-20) ?? 0) ^ 1, -20, -19);
  const sealed = seal(flip(changed));
  expect(sealed).not.toEqual(changed);
  expect(seal(flip(sealed))).toEqual(bytes);
});
