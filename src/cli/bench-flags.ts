import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Encoding } from '../audio/format.ts';
import type { Feed } from '../bench/feed.ts';
import { duration } from './duration.ts';
import {
  addConnectFlags,
  addRouteFlags,
  addTimeoutFlag,
  addTraceFlag,
  many,
  type SessionFlags,
  type TalkFlags,
  wholeNumber,
} from './flags.ts';

/** Flags of every command that measures. */
export interface MeasureFlags extends SessionFlags, TalkFlags {
  target: string[];
  model?: string;
  language?: string;
  runs?: number;
  warmup: number;
  concurrency?: number;
  rate?: number;
  duration?: number;
  seed?: number;
  startAt?: string;
  assert: string[];
  label?: string;
  output?: string[];
}

/** Flags of those that speak. */
export interface SayFlags {
  limits: 'on' | 'off';
  prompts: string;
  voice?: string;
  speed?: number;
  sampleRate?: number;
  encoding?: Encoding;
  interrupt?: 'cancel' | 'clear';
}

export interface BenchTtsFlags extends MeasureFlags, SayFlags {
  reuse?: boolean;
  feed: Feed;
  think?: number;
  /** ms after the first audio; true: as is usual. */
  bargeIn?: number | true;
  saveAudio?: string;
}

/** Flags of those that hear recordings. */
export interface BenchSttFlags extends MeasureFlags {
  clips?: string;
  audio?: string[];
  reference?: string[];
  pace: 'fast' | number;
  end: 'natural' | 'finalize' | 'both';
  endpointing?: number | false;
}

export interface BenchRoundtripFlags extends MeasureFlags, SayFlags {
  hears?: string;
}

/** "5" or "5/s": so many a second. */
export function perSecond(text: string): number {
  const value = Number(/^(\d+(?:\.\d+)?|\.\d+)(?:\/s)?$/.exec(text)?.[1] ?? '');
  if (value >= 0.001 && value <= 1000) return value;
  throw new InvalidArgumentError('Not a number a second from 0.001 to 1000, like 5 or 5/s.');
}

/** "whole", or "tokens:40/s". */
export function feed(text: string): Feed {
  if (text === 'whole') return { kind: 'whole' };
  const perSecond = Number(/^tokens:(\d+(?:\.\d+)?|\.\d+)\/s$/.exec(text)?.[1] ?? '');
  if (perSecond >= 0.1 && perSecond <= 1000) return { kind: 'tokens', perSecond };
  throw new InvalidArgumentError("Not 'whole', nor 'tokens:N/s' with N from 0.1 to 1000.");
}

/** The most that any part of a run takes for a seed. */
const largestSeed = 2 ** 32 - 1;

/** What is measured, how often, in which order. */
export function addLoopFlags(command: Command, usualRuns: string): Command {
  return command
    .optionsGroup('Runs:')
    .addOption(
      new Option('--target <target>', 'provider/model:voice?param=value (repeatable; taken in turns)')
        .argParser(many)
        .default([], usualTarget),
    )
    .option('--runs <n>', `measured runs a target and length (default: ${usualRuns})`, wholeNumber(1, 1_000_000))
    .option('--warmup <n>', 'runs before those, which count for nothing', wholeNumber(0, 1000), 1)
    .option('--duration <time>', 'measure for so long, instead of --runs', duration)
    .option('--concurrency <n>', 'so many at once: the next begins when one ends (default: 1)', wholeNumber(1, 1000))
    .option('--rate <n>', 'so many begin a second, whether others have ended or not', perSecond)
    .option('--seed <n>', 'of the order and the intervals (default: made at random)', wholeNumber(0, largestSeed))
    .option('--start-at <time>', 'begin then: 14:30, 14:30:15, +30s, or a date and time of ISO 8601');
}

const usualTarget = 'the local engine';

/** What is made of the numbers. */
export function addResultFlags(command: Command): Command {
  return command
    .optionsGroup('Results:')
    .addOption(
      new Option('--assert <what>', "as 'ttfa.p95<400ms': exit code 7 where it does not hold (repeatable)")
        .argParser(many)
        .default([], 'none'),
    )
    .option('-o, --output <file>', "where to, by the name's ending: .json .csv .md .html (repeatable)", many)
    .option('--label <name>', 'a name for this machine, its region for example');
}

/** Which services, and how they are reached: what stands here holds for every target that does not say otherwise. */
export function addReachFlags(command: Command): Command {
  addTimeoutFlag(addConnectFlags(command, 'local, never a paid service'));
  return addTraceFlag(addRouteFlags(command));
}

/** Only what speaks has such limits. */
export function addLimitsFlag(command: Command): Command {
  return command.addOption(
    new Option('--limits <when>', 'wait where the vendor limits how much may be asked a minute; in no figure')
      .choices(['on', 'off'])
      .default('on'),
  );
}
