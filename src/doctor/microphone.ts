import { levelDbfs, peakDbfs } from '../audio/level.ts';
import { linear16 } from '../audio/linear16.ts';
import type { AudioSource } from '../audio/source.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import type { Check } from './check.ts';
import type { ListRecorders } from './sound.ts';

export interface MicrophoneOptions {
  readonly list: ListRecorders;
  /** Starts a recorder, as `vox listen` does. Left out with `--no-microphone`. Rejects with E_RECORDER. */
  readonly open?: (signal: AbortSignal) => Promise<AudioSource & { readonly recorder: string }>;
  /** A recorder or a microphone was named: that it does not work is then a failure. */
  readonly named?: boolean;
}

const recordedMs = 1000;

/**
 * A recorder that says nothing is left after five seconds for the next, and there are three; then the second itself,
 * and a second for it to end.
 */
const withinMs = 20_000;

/** Five steps of 16 bits. Any room is louder; what a recorder makes of digital silence (dither) is not. */
const silentBelowDbfs = -76;

const muted =
  'unmute the microphone and raise its level, let this terminal use it where the system asks that, or name another with --device';

/** Records a second, measures it and throws it away. No recorder that works (a server has no microphone) is a warning. */
export function microphoneCheck({ list, open, named = false }: MicrophoneOptions): Check {
  return {
    name: 'microphone',
    stage: 'record',
    withinMs,
    fault: 'E_RECORDER',
    async run(signal) {
      if (!open) return { status: 'skip', detail: 'not wanted' };
      if (!named && !list().some(({ missing }) => missing === undefined)) {
        return { status: 'skip', detail: 'no recorder' };
      }
      try {
        return found(await recorded(await open(signal), signal));
      } catch (thrown) {
        const { code, message, todo } = toSpeechError(thrown, 'E_RECORDER');
        if (named || code !== 'E_RECORDER') throw thrown;
        return { status: 'warn', detail: message, todo, code };
      }
    },
  };
}

interface Recorded {
  readonly recorder: string;
  readonly samples: Int16Array;
  readonly rateHz: number;
}

/** The first second, or what there was of it. */
async function recorded(source: Awaited<ReturnType<NonNullable<MicrophoneOptions['open']>>>, signal: AbortSignal) {
  const { recorder, format } = source;
  const samples = new Int16Array((format.sampleRateHz * recordedMs) / 1000);
  let filled = 0;
  try {
    for await (const { bytes } of source.chunks(signal)) {
      const more = linear16(bytes).subarray(0, samples.length - filled);
      samples.set(more, filled);
      filled += more.length;
      if (filled === samples.length) break;
    }
  } finally {
    await source.close?.();
  }
  if (filled === 0) throw new SpeechError('E_RECORDER', `${recorder} recorded nothing`);
  return { recorder, samples: samples.subarray(0, filled), rateHz: format.sampleRateHz };
}

function found({ recorder, samples, rateHz }: Recorded): Awaited<ReturnType<Check['run']>> {
  const audioMs = (samples.length / rateHz) * 1000;
  const bytes = samples.byteLength;
  const [peak, rms] = [tenths(peakDbfs(samples)), tenths(levelDbfs(samples))];
  const data = { recorder, audioMs, bytes, peakDbfs: peak, rmsDbfs: rms };
  const level = `peak ${peak} dBFS, RMS ${rms} dBFS`;
  const came = `${(audioMs / 1000).toFixed(1)} s with ${recorder} (${bytes} bytes), thrown away`;
  if (peak >= silentBelowDbfs) return { status: 'ok', detail: `${came}: ${level}`, data };
  return { status: 'warn', detail: `${came}: silence (${level}); muted, or no input`, todo: muted, data };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
