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

export interface SayFlags extends ServiceFlags, VoiceFlags, TalkFlags {
  output?: string;
  format?: string;
  play?: boolean;
  player?: string;
  audioDevice?: string;
  bufferMs: number;
  hold: boolean;
}

/** `vox say`: text to the speaker, as it arrives. */
export function addSay(program: Command, context: CommandContext): void {
  const command = program
    .command('say')
    .summary('speak text, as it arrives')
    .description('Speaks its arguments, a file, or stdin as it arrives: `llm … | vox say`.')
    .argument('[text...]', 'what to say')
    .optionsGroup('Playing:')
    .option('--player <name>', 'speaker, audio-io, or a program: pw-play, paplay, aplay, ffplay, afplay, play')
    .option('-a, --audio-device <name>', 'the device, where the player can choose one')
    .option('--buffer-ms <ms>', 'audio held before the first sound', wholeNumber(0, 10_000), 200)
    .option('-o, --output <file>', 'write a file, and do not play unless --play', once)
    .addOption(new Option('--format <kind>', 'the kind of file, whatever its name').choices(fileKindNames))
    .option('--no-hold', 'with -o -: give sound at once, not when the service says that it is whole')
    .option('--play', 'with -o: play it too');
  addVoiceFlags(command, { flush: 'clause, then sentence', markdown: 'on for stdin and *.md' });
  addServiceFlags(command);
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (words: string[], flags: SayFlags) => {
    const { say } = await import('./work.ts');
    await say(context, words, flags);
  });
}
