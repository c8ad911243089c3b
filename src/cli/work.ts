import type { BenchCompareFlags, BenchReportFlags } from './bench.ts';
import type { BenchRoundtripFlags, BenchSttFlags, BenchTtsFlags } from './bench-flags.ts';
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

export function benchTts(context: CommandContext, flags: BenchTtsFlags): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { runBenchTts } = await import('./bench-tts.ts');
    return runBenchTts(flags, running);
  });
}

export function benchStt(context: CommandContext, flags: BenchSttFlags): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { runBenchStt } = await import('./bench-stt.ts');
    return runBenchStt(flags, running);
  });
}

export function benchRoundtrip(context: CommandContext, flags: BenchRoundtripFlags): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { runBenchRoundtrip } = await import('./bench-roundtrip.ts');
    return runBenchRoundtrip(flags, running);
  });
}

export function benchCompare(
  context: CommandContext,
  files: readonly [string, string],
  flags: BenchCompareFlags,
): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { runBenchCompare } = await import('./bench-results.ts');
    return runBenchCompare(files, flags, running);
  });
}

export function benchReport(context: CommandContext, files: readonly string[], flags: BenchReportFlags): Promise<void> {
  return runCommand(context, flags, async (running) => {
    const { runBenchReport } = await import('./bench-results.ts');
    return runBenchReport(files, flags, running);
  });
}
