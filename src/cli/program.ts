import { Command } from 'commander';
import type { ErrorCode } from '../errors.ts';
import { visible } from '../report/visible.ts';
import { addBench } from './bench.ts';
import type { CommandContext } from './context.ts';
import { addDoctor } from './doctor.ts';
import type { Io } from './io.ts';
import { addListen } from './listen.ts';
import { addSay } from './say.ts';
import { addServe } from './serve.ts';
import { addSynth } from './synth.ts';
import { addTranscribe } from './transcribe.ts';
import { version } from './version.ts';
import { addVoices } from './voices.ts';

/** A fresh tree of commands; nothing of it outlives the call. Commander throws instead of ending the process. */
export function createProgram(io: Io, context: CommandContext): Command {
  const program = new Command('vox')
    .description('One command line for every streaming speech service.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(usageLine(text)),
      getOutHelpWidth: () => helpColumns(io.stdout.columns),
      getErrHelpWidth: () => helpColumns(io.stderr.columns),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      '\nWith no key, local engines speak and listen. `vox "two words"` and `… | vox` mean `vox say`.\nExit codes: 0 ok, 1 unexpected, 2 usage, 3 auth, 4 connection, 5 provider,\n6 device or file, 7 assertion, 130 Ctrl-C.',
    );
  addSay(program, context);
  addSynth(program, context);
  addListen(program, context);
  addTranscribe(program, context);
  addVoices(program, context);
  addServe(program, context);
  addBench(program, context);
  addDoctor(program, context);
  return program;
}

/** An error as a person reads it: what is wrong, the code, what to do. What was typed may hold anything. */
export function complaint(message: string, code: ErrorCode, todo: string): string {
  return `vox: ${visible(message)} [${code}]\n  → ${visible(todo)}\n`;
}

/** Commander's complaint in our own form. */
function usageLine(text: string): string {
  const message = text.trim().replace(/^error: /, '');
  return complaint(message, 'E_USAGE', "see `vox --help`, or the command's own --help");
}

/** The same width in a pipe as in a usual terminal, so that golden texts hold. */
function helpColumns(columns: number | undefined): number {
  return Math.min(columns ?? 100, 100);
}
