import { type Command, Option } from 'commander';
import type { ServerLimits } from '../server/bounds.ts';
import type { CommandContext } from './context.ts';
import { addTalkFlags, addTraceFlag, many, type TalkFlags, wholeNumber } from './flags.ts';
import { addBoundFlags, limitsOf } from './serve-bounds.ts';

export interface ServeFlags extends TalkFlags {
  port: number;
  host: string;
  key?: string;
  engine: 'local' | 'scripted';
  allowOrigin: string[];
  allowHost: string[];
  strictLimits?: boolean;
  faults: string[];
  slngAudio: 'binary' | 'json';
  slngCase: 'slng' | 'deepgram';
  trace?: string;
  untilStdinEnds?: boolean;
  /** Of the server, from the flags of their group. */
  bounds: Partial<ServerLimits>;
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
    .addOption(
      new Option('--allow-origin <origin>', 'let the pages of this origin in, as https://app.example (repeatable)')
        .argParser(many)
        .default([], 'none'),
    )
    .addOption(
      new Option('--allow-host <name>', 'another name that the server may be called by (repeatable)')
        .argParser(many)
        .default([], 'none'),
    )
    .option('--strict-limits', "hold clients to their vendor's limits: text, flushes, silence, the length of a session")
    .addOption(
      new Option('--faults <faults>', 'go wrong like this: cut@20kBx2,refuse=503 (repeatable; ? lists them)')
        .argParser(many)
        .default([], 'none'),
    )
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
  // A server that another vox started ends with it, however that ends.
  command.addOption(new Option('--until-stdin-ends').hideHelp());
  addTraceFlag(command);
  addTalkFlags(command);
  addBoundFlags(command);
  command.action(async (flags: Omit<ServeFlags, 'bounds'>) => {
    const { serve } = await import('./work.ts');
    await serve(context, { ...flags, bounds: limitsOf(command) });
  });
}
