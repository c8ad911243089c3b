import { type Command, Option } from 'commander';
import type { CommandContext } from './context.ts';
import {
  addServiceFlags,
  addTalkFlags,
  addVoiceFlags,
  once,
  type ServiceFlags,
  type TalkFlags,
  type VoiceFlags,
  wholeNumber,
} from './flags.ts';
import { fileKindNames } from './output.ts';

export interface SynthFlags extends ServiceFlags, VoiceFlags, TalkFlags {
  output?: string;
  format?: string;
  play?: boolean;
  player?: string;
  audioDevice?: string;
  lines?: boolean;
  outDir?: string;
  jobs: number;
  hold: boolean;
  skipExisting?: boolean;
}

/** `vox synth`: text to a file or a pipe. */
export function addSynth(program: Command, context: CommandContext): void {
  const command = program
    .command('synth')
    .summary('text to an audio file or a pipe')
    .description('Writes speech to a file or a pipe. Text comes from the arguments, from -f FILE, or from stdin.')
    .argument('[text...]', 'what to say')
    .optionsGroup('Output:')
    .option('-o, --output <file>', "where to: .wav .pcm .raw .ulaw .alaw .mp3 .opus .ogg, or '-' for a pipe", once)
    .addOption(new Option('--format <kind>', 'the kind of file, whatever its name').choices(fileKindNames))
    .option('--no-hold', 'into a pipe: give sound at once, not when the service says that it is whole')
    .option('--play', 'play it too')
    .option('--player <name>', 'the player to use with --play')
    .option('-a, --audio-device <name>', 'the device to use with --play')
    .option('--lines', 'one file a line of text, into --out-dir')
    .option('--out-dir <folder>', 'the folder of the files, for --lines and for several -f')
    .option('--skip-existing', 'leave out what has its file: go on where a run before stopped')
    .option('--jobs <n>', 'how many sessions at once', wholeNumber(1, 64), 1);
  addVoiceFlags(command, { flush: 'paragraph', markdown: 'on for stdin and *.md' });
  addServiceFlags(command);
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (words: string[], flags: SynthFlags) => {
    const { synth } = await import('./work.ts');
    await synth(context, words, flags);
  });
}
