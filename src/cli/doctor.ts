import { type Command, Option } from 'commander';
import type { CommandContext } from './context.ts';
import { addSessionFlags, addTalkFlags, type SessionFlags, type TalkFlags } from './flags.ts';
import { type RecorderName, recorderNames } from './hear-flags.ts';

export interface DoctorFlags extends SessionFlags, TalkFlags {
  tone: boolean;
  microphone: boolean;
  recorder?: RecorderName;
  device?: string;
  player?: string;
  audioDevice?: string;
}

/** `vox doctor`: what works here, what does not, and what to do. */
export function addDoctor(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .summary('check what works here')
    .description(
      'Checks this machine, its clock, the keys, each configured provider, the players, the microphone and the engines.',
    )
    .option('--no-tone', 'do not play the second of tone')
    .option('--player <name>', 'the player to try')
    .option('-a, --audio-device <name>', 'the device to try')
    .option('--no-microphone', 'do not record the second whose level is told; none of it is kept')
    .addOption(new Option('--recorder <name>', 'the recorder to try').choices(recorderNames))
    .option('--device <name>', 'the microphone to try, by the name that the recorder has for it');
  addSessionFlags(command);
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: DoctorFlags) => {
    const { doctor } = await import('./work.ts');
    await doctor(context, flags);
  });
}
