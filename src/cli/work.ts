import type { CommandContext } from './context.ts';
import type { DoctorFlags } from './doctor.ts';
import type { ListenFlags } from './listen.ts';
import { usesStdout } from './listen-files.ts';
import { stdoutUse } from './output.ts';
import { runCommand } from './running.ts';
import type { SayFlags } from './say.ts';
import type { ServeFlags } from './serve.ts';
import type { SynthFlags } from './synth.ts';
import type { TranscribeFlags } from './transcribe.ts';
import type { VoicesFlags } from './voices.ts';

/**
 * What the commands do, once their flags are read. The build makes a file of its own of it, which is loaded when a
 * command runs: reading the flags, the help and the version take none of it (measured: 15 of 30 ms).
 */

export function say(context: CommandContext, words: readonly string[], flags: SayFlags): Promise<void> {
  return runCommand(context, { ...flags, ...stdoutUse(flags) }, async (running) => {
    const { runSay } = await import('./say-run.ts');
    return runSay(words, flags, running);
  });
}

export function synth(context: CommandContext, words: readonly string[], flags: SynthFlags): Promise<void> {
  return runCommand(context, { ...flags, ...stdoutUse(flags) }, async (running) => {
    const { runSynth } = await import('./synth-run.ts');
    return runSynth(words, flags, running);
  });
}

export function voices(context: CommandContext, flags: VoicesFlags): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { listVoices } = await import('./voices-run.ts');
    return listVoices(flags, running);
  });
}

export function serve(context: CommandContext, flags: ServeFlags): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { runServe } = await import('./serve-run.ts');
    return runServe(flags, running);
  });
}

export function doctor(context: CommandContext, flags: DoctorFlags): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { runDoctorCommand } = await import('./doctor-run.ts');
    return runDoctorCommand(flags, running);
  });
}

export function transcribe(context: CommandContext, files: readonly string[], flags: TranscribeFlags): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { runTranscribe } = await import('./transcribe-run.ts');
    return runTranscribe(files, flags, running);
  });
}

export function listen(context: CommandContext, flags: ListenFlags): Promise<void> {
  const jsonTo = usesStdout(flags.output) ? 'stderr' : 'stdout';
  return runCommand(context, { ...flags, jsonTo }, async (running) => {
    const { runListen } = await import('./listen-run.ts');
    return runListen(flags, running);
  });
}
