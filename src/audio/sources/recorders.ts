import { SpeechError } from '../../errors.ts';
import { findProgram } from '../find-program.ts';

export const recorderNames = ['rec', 'sox', 'arecord'] as const;
export type RecorderName = (typeof recorderNames)[number];

export interface RecorderProgram {
  readonly name: RecorderName;
  /** The rate to ask it for, Hz; undefined: the one that is wanted. */
  readonly recordsAtHz: number | undefined;
  /** What it needs in its environment. */
  environment(device: string | undefined): Record<string, string>;
}

/**
 * SoX writes when 4096 bytes are full, whatever it is told: 128 ms of 16 kHz, but 43 ms of 48 kHz, which is also the
 * rate of most sound cards. Its own buffer (8192 bytes by default) must be smaller still. It takes both the device and
 * options from the environment; the npm package hands it no other.
 */
function soxEnvironment(device: string | undefined): Record<string, string> {
  const options = [process.env.SOX_OPTS, '--buffer 1024'].filter(Boolean).join(' ');
  return { SOX_OPTS: options, ...(device === undefined ? {} : { AUDIODEV: device }) };
}

/** In the order in which they are tried. arecord's blocks last an eighth of a second at any rate. */
const recorders: readonly RecorderProgram[] = [
  { name: 'rec', recordsAtHz: 48_000, environment: soxEnvironment },
  { name: 'sox', recordsAtHz: 48_000, environment: soxEnvironment },
  { name: 'arecord', recordsAtHz: undefined, environment: () => ({}) },
];

type Find = (name: string) => string | undefined;

/** For `vox doctor`: every recorder in the order of choice, with where it is, or why it cannot be used. */
export function listRecorders(find: Find = findProgram): { name: RecorderName; path?: string; missing?: string }[] {
  return recorders.map(({ name }) => {
    const path = find(name);
    return path === undefined ? { name, missing: 'it was not found on the PATH' } : { name, path };
  });
}

/** The recorders to try, best first. Throws SpeechError E_RECORDER where the one that is named, or any, is missing. */
export function pickRecorders(wanted: RecorderName | undefined, find: Find = findProgram): RecorderProgram[] {
  const there = recorders.filter(({ name }) => (wanted ?? name) === name && find(name) !== undefined);
  if (there.length > 0) return there;
  const which = wanted === undefined ? `no recorder (${recorderNames.join(', ')})` : `the recorder ${wanted}`;
  throw new SpeechError('E_RECORDER', `${which} was ${wanted === undefined ? '' : 'not '}found on the PATH`);
}
