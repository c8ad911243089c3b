import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from './flags.ts';

/** The programs that node-record-lpcm16 can record with, in the order in which they are tried. */
export const recorderNames = ['rec', 'sox', 'arecord'] as const;
export type RecorderName = (typeof recorderNames)[number];

/** Flags of every command that hears. */
export interface HearFlags {
  model?: string;
  language?: string;
  diarize?: boolean;
  endpointing?: number | false;
  chunkMs: number;
  audioAs?: 'binary' | 'json';
}

/** Flags of how a transcript is written. */
export interface TranscriptFlags {
  output?: string[];
  wordsPerCue?: number;
  charsPerLine: number;
}

/** The encodings and rates of audio that has no header. */
export const rawEncodings = ['linear16', 'mulaw', 'alaw'] as const;

/** What audio without a header is. */
export interface RawFlags {
  encoding: (typeof rawEncodings)[number];
  sampleRate: number;
  rawChannels: number;
}

export function endpointing(text: string): number | false {
  return text === 'off' ? false : wholeNumber(10, 60_000)(text);
}

/** `fast`, `realtime`, or so many times real time. */
export function pace(text: string): 'fast' | number {
  if (text === 'fast') return 'fast';
  if (text === 'realtime') return 1;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0.1 && value <= 100) return value;
  throw new InvalidArgumentError("Not 'realtime', 'fast', or a number from 0.1 to 100.");
}

export function addHearFlags(command: Command): Command {
  return command
    .optionsGroup('Recognition:')
    .option('--model <name>', 'the model')
    .option('--language <code>', 'the language, for example en or de')
    .option('--diarize', 'tell the speakers apart, where the service can')
    .option('--endpointing <ms>', "silence that ends an utterance, or 'off'", endpointing)
    .option('--chunk-ms <ms>', 'audio in frames of so many ms', wholeNumber(20, 100), 50)
    .addOption(
      new Option('--audio-as <kind>', 'audio as binary frames, or as base64 in messages').choices(['binary', 'json']),
    );
}

export function addSubtitleFlags(command: Command): Command {
  return command
    .option('--words-per-cue <n>', 'the most words in a subtitle', wholeNumber(1, 1000))
    .option('--chars-per-line <n>', 'the longest line of a subtitle', wholeNumber(10, 1000), 42);
}

export function addRawFlags(command: Command): Command {
  return command
    .option('--sample-rate <hz>', 'of raw audio, samples a second', wholeNumber(1000, 768_000), 16_000)
    .addOption(new Option('--encoding <name>', 'of raw audio').choices(rawEncodings).default('linear16'))
    .option('--raw-channels <n>', 'of raw audio', wholeNumber(1, 16), 1);
}

/** What `openAudio` needs to know of audio without a header. */
export function rawFormat({ encoding, sampleRate, rawChannels }: RawFlags) {
  return { encoding, sampleRateHz: sampleRate, channels: rawChannels };
}
