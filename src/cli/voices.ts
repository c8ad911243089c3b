import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addServiceFlags, addTalkFlags } from './flags.ts';
import type { VoicesFlags } from './work.ts';

/** `vox voices`: what the provider can speak with. */
export function addVoices(program: Command, context: CommandContext): void {
  const command = program
    .command('voices')
    .summary('list the voices')
    .description('Lists the voices that the provider has.');
  command.option('--language <code>', 'only those of a language');
  addServiceFlags(command);
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: VoicesFlags) => {
    const { voices } = await import('./work.ts');
    await voices(context, flags);
  });
}
