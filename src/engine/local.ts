import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Synthesizer, VoiceWish } from './engine.ts';
import { createEspeakEngine } from './espeak.ts';
import { createFliteEngine } from './flite.ts';
import { fliteVoice } from './flite-voices.ts';
import { isEnglish } from './language.ts';

export interface LocalOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The most worker threads of flite. */
  readonly workers?: number;
  /** The worker's bundled file, where it does not lie in its usual place. */
  readonly workerPath?: string;
  /** The espeak-ng program, by name or path. */
  readonly espeak?: string;
}

/** How espeak-ng's voices are named (`de`, `pt-br`, `cmn`); only then is the program asked for what it has. */
const tagLike = /^[a-z]{2,3}(-[a-z0-9]+)*$/i;

/** Who speaks: the language decides, where one was named, else the voice; what nobody has is flite's to replace. */
async function speakerOf(
  { voice, language }: VoiceWish,
  flite: Synthesizer,
  espeak: Synthesizer,
): Promise<Synthesizer> {
  if (language !== undefined) return isEnglish(language) ? flite : espeak;
  if (voice === undefined || fliteVoice(voice) || !tagLike.test(voice)) return flite;
  const others = await espeak.voices();
  return others.some(({ id }) => id === voice) ? espeak : flite;
}

/** What speaks on this machine with no key: flite for English, espeak-ng, where it is installed, for the rest. */
export function createLocalEngine(options: LocalOptions): Synthesizer {
  const flite = createFliteEngine(options);
  const espeak = createEspeakEngine(options.espeak === undefined ? {} : { program: options.espeak });
  return {
    name: 'local',
    voices: async () => [...(await flite.voices()), ...(await espeak.voices())],
    choose: async (wish) => (await speakerOf(wish, flite, espeak)).choose(wish),
    synthesize: (request, signal) => (fliteVoice(request.voice) ? flite : espeak).synthesize(request, signal),
    unread: (request) => (fliteVoice(request.voice) ? (flite.unread?.(request) ?? []) : []),
    async close() {
      await Promise.all([flite.close(), espeak.close()]);
    },
  };
}
