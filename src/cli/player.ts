import type { AudioFormat } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import { openSpeaker } from '../audio/sinks/speaker.ts';
import { teeSinks } from '../audio/sinks/tee.ts';
import { SpeechError } from '../errors.ts';
import type { Running } from './running.ts';

export interface PlayerFlags {
  player?: string;
  audioDevice?: string;
  bufferMs?: number;
}

/** A loudspeaker that is open, for one turn. */
export interface OpenPlayer {
  readonly sink: AudioSink;
  /** The loudspeaker and a file at once. */
  with(file: AudioSink): AudioSink;
  /** Nothing more is asked for at the moment: the silence that follows is not an underrun. */
  lull(): void;
  figures(): { player: string; underruns: number; underrunMs: number };
  close(): Promise<void>;
}

/** Audio held before the first sound, ms: the seed's advice. */
export const defaultBufferMs = 200;

/** Opens the loudspeaker before there is anything to play. Flags come before the config file. */
export async function openPlayer(flags: PlayerFlags, format: AudioFormat, running: Running): Promise<OpenPlayer> {
  const { clock, log, reporter, loaded } = running;
  if (format.encoding === 'mp3' || format.encoding === 'opus') {
    throw new SpeechError('E_UNSUPPORTED', `${format.encoding} cannot be played`, {
      todo: 'leave --encoding out, or write a file',
    });
  }
  const sink = await openSpeaker({
    sampleRateHz: format.sampleRateHz,
    bufferMs: flags.bufferMs ?? defaultBufferMs,
    player: flags.player ?? loaded.config.player,
    deviceName: flags.audioDevice ?? loaded.config.device,
    onUnderrun: ({ missingMs }) =>
      reporter.warning({
        code: 'underrun',
        message: `the sound stopped for ${Math.round(missingMs)} ms: audio came too late`,
      }),
    clock,
    log,
  });
  return {
    sink,
    with: (file) => teeSinks([sink, file]),
    lull: () => sink.lull(),
    figures: () => ({ player: sink.player, underruns: sink.underruns, underrunMs: Math.round(sink.underrunMs) }),
    close: async () => sink.abort(),
  };
}
