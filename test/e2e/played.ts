import { type Ran, vox } from '../support/vox.ts';

/** What a loudspeaker was given, found again in what it played. */
export interface Found {
  /** Samples that came, in order, before the first that did not. */
  readonly samples: number;
  /** Silence in between that was not in the original: a player that starved, or a machine that was too busy. */
  readonly insertedSamples: number;
  /** What is not silence, before and behind. */
  readonly strangeSamples: number;
}

/** Finds `original` in a recording, sample for sample. Where silence was put in, it goes on behind it. */
export function findIn(recording: Int16Array, original: Int16Array): Found {
  const from = original.findIndex((sample) => sample !== 0);
  let at = recording.findIndex((sample) => sample !== 0);
  // Silence at the beginning of the original cannot be told from the silence before it, but it must be there.
  let samples = at >= from ? from : 0;
  let insertedSamples = 0;
  while (at < recording.length && samples < original.length) {
    if (recording[at] === original[samples]) samples++;
    else if (recording[at] === 0) insertedSamples++;
    else break;
    at++;
  }
  return { samples, insertedSamples, strangeSamples: recording.subarray(at).filter((sample) => sample !== 0).length };
}

const known = new Map<string, Int16Array>();

/** The samples that `vox synth` writes for a text, flushed at sentences unless the flags say otherwise. */
export async function synthesized(text: string, flags: readonly string[] = []): Promise<Int16Array> {
  const args = ['synth', '--flush', 'sentence', '-o', '-', '--format', 'pcm', '--quiet', ...flags];
  const key = JSON.stringify([text, flags]);
  let samples = known.get(key);
  if (samples === undefined) {
    const ran = await vox(args, { input: text });
    if (ran.code !== 0) throw new Error(ran.stderr);
    samples = samplesOf(ran.stdout);
    known.set(key, samples);
  }
  return samples;
}

export function samplesOf(pcm: Uint8Array): Int16Array {
  return new Int16Array(Uint8Array.from(pcm).buffer);
}

/** The last sample that can be heard. */
export function lastSound(samples: Int16Array): number {
  return samples.findLastIndex((sample) => sample !== 0);
}

/** One line of `--json`. */
export interface Line {
  readonly event: string;
  readonly [name: string]: unknown;
}

/** What `--json` printed. */
export function lines(ran: Pick<Ran, 'stdout'>): Line[] {
  return ran.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The one turn that `--json` told of. */
export function turnOf(ran: Pick<Ran, 'stdout'>): Line {
  const turns = lines(ran).filter(({ event }) => event === 'turn');
  const [turn] = turns;
  if (turns.length !== 1 || !turn) throw new Error(`${turns.length} turns instead of one`);
  return turn;
}
