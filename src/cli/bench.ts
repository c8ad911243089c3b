import { type Command, Help, Option } from 'commander';
import {
  addLimitsFlag,
  addLoopFlags,
  addReachFlags,
  addResultFlags,
  type BenchRoundtripFlags,
  type BenchSttFlags,
  type BenchTtsFlags,
  feed,
} from './bench-flags.ts';
import type { CommandContext } from './context.ts';
import { duration } from './duration.ts';
import { addSoundFlags, addTalkFlags, many, modelFlag, type TalkFlags } from './flags.ts';
import { endpointing, pace } from './hear-flags.ts';

export type BenchCompareFlags = TalkFlags;

export interface BenchReportFlags extends TalkFlags {
  output?: string[];
}

/** `vox bench`: how fast a service is. Without another word it measures how it speaks. */
export function addBench(program: Command, context: CommandContext): void {
  const bench = program
    .command('bench')
    .summary('latency figures of services, side by side')
    .description('Measures services. With no target: the local engine, never a paid service.');
  const tts = addTts(bench, context);
  addStt(bench, context);
  addRoundtrip(bench, context);
  addCompare(bench, context);
  addReport(bench, context);
  // `vox bench` is `vox bench tts`, and its help says what that takes.
  bench.configureHelp({ visibleOptions: () => new Help().visibleOptions(tts) });
}

function addTts(bench: Command, context: CommandContext): Command {
  const command = bench
    .command('tts', { isDefault: true })
    .summary('text to speech: time to first audio, gaps, underruns (the default)')
    .description('Measures text to speech: connect, first byte, first audio, gaps, underruns, barge-in.');
  addPromptFlags(command)
    .addOption(
      new Option('--feed <how>', "give the text 'whole', or as a model's tokens: tokens:40/s")
        .argParser(feed)
        .default({ kind: 'whole' }, 'whole'),
    )
    .option('--think <time>', 'leave the ready socket idle for so long before the text', duration)
    .option('--barge-in [time]', 'interrupt so long after the first audio, and say another (default: 1s)', duration);
  addLoopFlags(command, '20, and at least 3 s').option(
    '--reuse',
    'keep connections from run to run, where the service does',
  );
  addResultFlags(command).option('--save-audio <folder>', 'one WAV a run');
  addSpokenFlags(addLimitsFlag(addReachFlags(command)));
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: BenchTtsFlags) => {
    const { benchTts } = await import('./work.ts');
    await benchTts(context, flags);
  });
  return command;
}

function addStt(bench: Command, context: CommandContext): void {
  const command = bench
    .command('stt')
    .summary('speech to text: first interim, final, end of turn, word errors')
    .description('Measures speech to text, with recordings paced in real time.')
    .optionsGroup('Input:')
    .option('--clips <which>', 'short, sentence, pause or all: what the local engine speaks (default: sentence)')
    .option('--audio <file>', 'a recording, instead of those (repeatable)', many)
    .option('--reference <file>', 'what is said in it, a text, or a .json with its pauses (one a recording)', many)
    .option('--pace <pace>', "'realtime', 'fast' or a factor; only in real time are latencies a listener's", pace, 1)
    .addOption(
      new Option('--end <how>', 'how an utterance ends: by its silence, by a finalize of ours, in turns')
        .choices(['natural', 'finalize', 'both'])
        .default('both'),
    )
    .option('--endpointing <ms>', "silence that ends an utterance, or 'off'", endpointing);
  addLoopFlags(command, '20, and at least 3 s');
  addResultFlags(command);
  addReachFlags(command)
    .optionsGroup('Recognition:')
    .addOption(modelFlag())
    .option('--language <code>', 'the language, for example en or de');
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: BenchSttFlags) => {
    const { benchStt } = await import('./work.ts');
    await benchStt(context, flags);
  });
}

function addRoundtrip(bench: Command, context: CommandContext): void {
  const command = bench
    .command('roundtrip')
    .summary('text to speech to text: end of speech in → first audio out, words lost')
    .description('Measures a voice loop: a prompt is spoken, heard, and what was heard is spoken.');
  addPromptFlags(command).option('--hears <target>', 'what hears (default: the provider that speaks)');
  addLoopFlags(command, '20, and at least 3 s');
  addResultFlags(command);
  addSpokenFlags(addLimitsFlag(addReachFlags(command)));
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: BenchRoundtripFlags) => {
    const { benchRoundtrip } = await import('./work.ts');
    await benchRoundtrip(context, flags);
  });
}

function addCompare(bench: Command, context: CommandContext): void {
  const command = bench
    .command('compare')
    .summary('two results: what is faster, slower, inconclusive')
    .description(
      'Compares what two runs of vox bench wrote with -o FILE.json, figure by figure, each with its interval.',
    )
    .argument('<base>', 'a result, .json')
    .argument('<other>', 'the one that is compared with it');
  addTalkFlags(command);
  command.action(async (base: string, other: string, flags: BenchCompareFlags) => {
    const { benchCompare } = await import('./work.ts');
    await benchCompare(context, [base, other], flags);
  });
}

function addReport(bench: Command, context: CommandContext): void {
  const command = bench
    .command('report')
    .summary('merge results of several machines, and render them')
    .description('Merges results of vox bench, raw samples and never averages, and renders them.')
    .argument('<files...>', 'results, .json')
    .option('-o, --output <file>', "where to, by the name's ending: .json .csv .md .html (repeatable)", many);
  addTalkFlags(command);
  command.action(async (files: string[], flags: BenchReportFlags) => {
    const { benchReport } = await import('./work.ts');
    await benchReport(context, files, flags);
  });
}

function addPromptFlags(command: Command): Command {
  return command
    .optionsGroup('Prompts:')
    .option('--prompts <which>', 'short, sentence, paragraph, all, or a FILE with one a line', 'sentence');
}

function addSpokenFlags(command: Command): Command {
  command.optionsGroup('Voice:').option('-v, --voice <name>', 'the voice').addOption(modelFlag());
  return addSoundFlags(command);
}
