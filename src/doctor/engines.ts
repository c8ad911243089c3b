import { type AudioChunk, type AudioFormat, durationMs } from '../audio/format.ts';
import type { Clock } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import { type Check, lookWithinMs } from './check.ts';
import type { FindProgram } from './sound.ts';

/** As much of the embedded engine as it takes to say a word. */
export interface WordSpeaker {
  choose(wanted: { language: string; voice?: string }): Promise<{ readonly voice: string; readonly language: string }>;
  synthesize(
    request: { text: string; voice: string; speed: number; language: string; format: AudioFormat },
    signal: AbortSignal,
  ): AsyncIterable<AudioChunk | object>;
  close(): Promise<void>;
}

/** What a program answers when it is asked its version, in one line. */
export type ProgramVersion = (path: string, argument: string, signal: AbortSignal) => Promise<string>;

const word = 'Hello.';
const wordFormat: AudioFormat = { encoding: 'linear16', sampleRateHz: 16000, channels: 1 };

/** The engine inside: it needs nothing of the machine, so that anything but sound is a failure. */
export function fliteCheck(open: () => Promise<WordSpeaker> | WordSpeaker, clock: Clock): Check {
  return {
    name: 'flite',
    stage: 'engine',
    withinMs: 20_000,
    fault: 'E_ENGINE',
    async run(signal) {
      const engine = await open();
      try {
        const startMs = clock.now();
        const { voice, language } = await engine.choose({ language: 'en' });
        const request = { text: word, voice, speed: 1, language, format: wordFormat };
        const audioMs = await lengthMs(engine.synthesize(request, signal));
        if (audioMs === 0) throw new SpeechError('E_ENGINE', 'the engine made no sound');
        const synthesisMs = Math.round(clock.now() - startMs);
        const detail = `voice ${voice}: ${Math.round(audioMs)} ms of speech in ${synthesisMs} ms`;
        return { status: 'ok', detail, data: { voice, audioMs, synthesisMs } };
      } finally {
        await engine.close();
      }
    },
  };
}

async function lengthMs(outputs: AsyncIterable<AudioChunk | object>): Promise<number> {
  let bytes = 0;
  for await (const output of outputs) if ('bytes' in output) bytes += output.bytes.length;
  return durationMs(wordFormat, bytes) ?? 0;
}

export interface ProgramNeed {
  readonly name: string;
  readonly versionArgument: string;
  /** What there is not without it. */
  readonly gives: string;
}

/** Programs that vox uses where they are there. */
export const programNeeds: readonly ProgramNeed[] = [
  { name: 'espeak-ng', versionArgument: '--version', gives: 'to speak other languages than English without a service' },
  { name: 'ffmpeg', versionArgument: '-version', gives: 'to write .mp3, .opus and .ogg' },
];

/** Vox works without these programs: one that is missing is a warning, one that does not start a failure. */
export function programCheck(need: ProgramNeed, find: FindProgram, version: ProgramVersion): Check {
  const { name, versionArgument, gives } = need;
  return {
    name,
    stage: 'look',
    withinMs: lookWithinMs,
    fault: 'E_ENGINE',
    async run(signal) {
      const path = await find(name);
      if (path === undefined) return { status: 'warn', detail: 'not found', todo: `install ${name} ${gives}` };
      const told = await version(path, versionArgument, signal);
      return { status: 'ok', detail: `${path}: ${told}`, data: { path, version: told } };
    },
  };
}
