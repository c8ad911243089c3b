import type { Command } from 'commander';
import { addServiceFlags, addTalkFlags, type ServiceFlags, type TalkFlags } from './flags.ts';
import { type CommandContext, runCommand } from './running.ts';

/** `vox voices`: what the provider can speak with. */
export function addVoices(program: Command, context: CommandContext): void {
  const command = program
    .command('voices')
    .summary('list the voices')
    .description('Lists the voices that the provider has.');
  command.option('--language <code>', 'only those of a language');
  addServiceFlags(command);
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: ServiceFlags & TalkFlags & { language?: string }) => {
    await runCommand(context, flags, async (running) => {
      const { listVoices } = await import('./voices-run.ts');
      return listVoices(flags, running);
    });
  });
}
