import type { AudioFormat } from '../audio/format.ts';
import { frameBytes } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import { decodingSink } from '../audio/sinks/decoding.ts';
import { skippingSink } from '../audio/sinks/skipping.ts';
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
  if (format.encoding === 'vorbis') {
    throw new SpeechError('E_UNSUPPORTED', 'vox does not decode vorbis, and so cannot play it', {
      todo: 'leave --encoding out, or write it to a file with -o FILE.ogg',
    });
  }
  const { clock, log, reporter, loaded } = running;
  const speaker = await openSpeaker({
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
  // What is compressed is decoded for it: asked for so, or sent so by a service that was asked for something else.
  const wanted: AudioFormat = frameBytes(format) === undefined ? { ...format, encoding: 'linear16' } : format;
  const onWarning = (message: string) => reporter.warning({ code: 'damaged', message });
  const sink = skippingSink(decodingSink(speaker, { wanted, onWarning }));
  return {
    sink,
    with: (file) => teeSinks([sink, file]),
    lull: () => speaker.lull(),
    figures: () => ({
      player: speaker.player,
      underruns: speaker.underruns,
      underrunMs: Math.round(speaker.underrunMs),
    }),
    close: async () => sink.abort(),
  };
}
