import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addConnectFlags, addTalkFlags, addTraceFlag, type ConnectFlags, type TalkFlags } from './flags.ts';

export type VoicesFlags = ConnectFlags & TalkFlags & { language?: string; trace?: string };

/** `vox voices`: what the provider can speak with. */
export function addVoices(program: Command, context: CommandContext): void {
  const command = program
    .command('voices')
    .summary('list the voices')
    .description('Lists the voices that the provider has.');
  command.option('--language <code>', 'only those of a language');
  addTraceFlag(addConnectFlags(command));
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: VoicesFlags) => {
    const { voices } = await import('./work.ts');
    await voices(context, flags);
  });
}
