import { availableParallelism } from 'node:os';
import type { Clock } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { SynthesisRequest, Synthesizer, VoiceChoice, VoiceWish } from './engine.ts';
import { loadFliteModule } from './flite-module.ts';
import { FlitePool } from './flite-pool.ts';
import { asciiText, unreadWords } from './flite-text.ts';
import { fliteVoice, fliteVoices } from './flite-voices.ts';
import { isEnglish } from './language.ts';
import { workerPath as usualPath } from './location.ts';
import { isOwnModel } from './own-model.ts';
import { pieces } from './pieces.ts';
import { checkRequest, tailMs } from './request.ts';
import { streamOf, type Work } from './stream.ts';

export interface FliteOptions {
  /** The most worker threads; by default 2, or 1 on a machine with one processor. A worker takes some 40 MB. */
  readonly workers?: number;
  readonly clock: Clock;
  readonly log: Log;
  /** The worker's bundled file, where it does not lie in its usual place. */
  readonly workerPath?: string;
}

/**
 * The longest text for one run, in characters. flite's memory and the time to its first sound grow with the text (40 MB
 * and 0.15 s here, 240 MB and 3.5 s at 5000 characters), and no sentence of people is that long.
 */
const maxRunChars = 400;

/** CMU Flite: English, five voices, in worker threads. Loading starts at once. */
export function createFliteEngine(options: FliteOptions): Synthesizer {
  const { workers = Math.min(2, availableParallelism()), clock, log, workerPath = usualPath('flite-worker') } = options;
  const pool = new FlitePool({ module: loadFliteModule(), workerPath, size: workers, clock, log });
  return {
    name: 'flite',
    voices: async () => fliteVoices.map(({ sampleRateHz, floorRms, skipMs, ...info }) => info),
    choose: async (wish) => chooseFlite(wish),
    synthesize(request, signal) {
      checkRequest(request);
      if (!fliteVoice(request.voice)) throw new SpeechError('E_UNSUPPORTED', `flite has no voice "${request.voice}"`);
      return streamOf(worksOf({ wantedAtMs: clock.now(), ...request }, pool), request.format, signal);
    },
    unread: ({ text }) => unreadWords(text),
    close: () => pool.close(),
  };
}

/** One run of flite for each piece; only the last has the text's own tail. */
function worksOf(request: SynthesisRequest & { wantedAtMs: number }, pool: FlitePool): Work[] {
  const { voice, speed, format, wantedAtMs } = request;
  const texts = pieces(asciiText(request.text), maxRunChars);
  return texts.map((text, index) => {
    const tail = tailMs(index === texts.length - 1 ? request.text : text);
    return (queue, afterMs) => pool.submit({ text, voice, speed, format, tailMs: tail }, queue, wantedAtMs + afterMs);
  });
}

/** Names of models that mean this engine. */
const ownModels: ReadonlySet<string> = new Set(['flite', 'local']);

/** A model or voice of another vendor is replaced by the default voice, and said to be. Throws E_UNSUPPORTED. */
export function chooseFlite({ model, voice, language = 'en' }: VoiceWish): VoiceChoice {
  if (!isEnglish(language)) {
    throw new SpeechError('E_UNSUPPORTED', `flite speaks English only, not "${language}"`, {
      todo: 'install espeak-ng, or choose another --language or --provider',
    });
  }
  const own = voice === undefined ? undefined : fliteVoice(voice);
  const chosen = own ?? fliteVoices[0];
  if (!chosen) throw new SpeechError('E_UNEXPECTED', 'flite has no voices');
  const warnings: string[] = [];
  if (model !== undefined && !isOwnModel(model, ownModels))
    warnings.push(`no model "${model}" here: speaking with flite`);
  if (voice !== undefined && !own) warnings.push(`flite has no voice "${voice}": speaking with "${chosen.id}"`);
  return { voice: chosen.id, language: chosen.language, warnings };
}
