import { type Command, Option } from 'commander';
import type { CommandContext } from './context.ts';
import { addTalkFlags, addTraceFlag, type TalkFlags, wholeNumber } from './flags.ts';

export interface ServeFlags extends TalkFlags {
  port: number;
  host: string;
  key?: string;
  engine: 'local' | 'scripted';
  maxListeners: number;
  strictLimits?: boolean;
  slngAudio: 'binary' | 'json';
  slngCase: 'slng' | 'deepgram';
  trace?: string;
}

/** `vox serve`: the protocol's server on this machine, with the embedded engine behind it. */
export function addServe(program: Command, context: CommandContext): void {
  const command = program
    .command('serve')
    .summary("a local server that speaks the vendors' protocols")
    .description(
      'Serves SLNG, Deepgram and Telnyx on one port, text to speech and speech to text, from local engines, for any client of theirs.',
    )
    .option('--port <n>', 'the port; 0 takes a free one', wholeNumber(0, 65_535), 8080)
    .option('--host <address>', 'the address to listen on; any but loopback needs a key', '127.0.0.1')
    .option('--key <key>', 'the key that clients must send (for a lasting one set VOX_SERVE_KEY: flags show in `ps`)')
    .addOption(new Option('--engine <name>', 'what speaks and listens').choices(['local', 'scripted']).default('local'))
    .option('--max-listeners <n>', 'how many may be listened to at once', wholeNumber(1, 256), 8)
    .option('--strict-limits', "hold clients to their vendor's limits: text, flushes, silence, the length of a session")
    .addOption(
      new Option('--slng-audio <kind>', 'audio as binary frames or in JSON')
        .choices(['binary', 'json'])
        .default('binary'),
    )
    .addOption(
      new Option('--slng-case <case>', "SLNG's messages, or Deepgram's as some direct routes send them")
        .choices(['slng', 'deepgram'])
        .default('slng'),
    );
  addTraceFlag(command);
  addTalkFlags(command);
  command.action(async (flags: ServeFlags) => {
    const { serve } = await import('./work.ts');
    await serve(context, flags);
  });
}
