import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addSessionFlags, addTalkFlags, type SessionFlags, type TalkFlags } from './flags.ts';

export interface DoctorFlags extends SessionFlags, TalkFlags {
  tone: boolean;
  player?: string;
  audioDevice?: string;
}

/** `vox doctor`: what works here, what does not, and what to do. */
export function addDoctor(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .summary('check what works here')
    .description('Checks this machine, the keys, each configured provider, the players, the recorders and the engines.')
    .option('--no-tone', 'do not play the second of tone')
    .option('--player <name>', 'the player to try')
    .option('-a, --audio-device <name>', 'the device to try');
  addSessionFlags(command);
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: DoctorFlags) => {
    const { doctor } = await import('./work.ts');
    await doctor(context, flags);
  });
}
