import type { Clock } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { Log } from '../log.ts';
import { shortestEndpointMs } from './hearing.ts';
import { isEnglish } from './language.ts';
import { workerPath as usualPath } from './location.ts';
import { isOwnModel } from './own-model.ts';
import { findPocketsphinx, type PocketsphinxPlaces } from './pocketsphinx-files.ts';
import { DecoderPool } from './pocketsphinx-pool.ts';
import { PocketsphinxStream } from './pocketsphinx-stream.ts';
import type { Recogniser, RecogniserSettings } from './recogniser.ts';

export interface PocketsphinxOptions extends PocketsphinxPlaces {
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Whether a decoder (some 100 MB, 0.25 s) is made ready ahead of every `open`, which a server wants (default), or
   * ahead of the first alone.
   */
  readonly spare?: boolean;
  /** Streams that there may be at once; who opens one more waits. Left out: as many as are asked for. */
  readonly streams?: number;
  /** The worker's bundled file, where it does not lie in its usual place. */
  readonly workerPath?: string;
}

/**
 * CMU pocketsphinx: English, in worker threads, each with a decoder of its own. The first is loaded at once. Where it
 * is not installed, only `open` says so.
 */
export function createPocketsphinx(options: PocketsphinxOptions): Recogniser {
  const { clock, log, spare = true, streams, workerPath = usualPath('pocketsphinx-worker') } = options;
  const { files, missing = '' } = findPocketsphinx(options);
  // The spare one is no stream's.
  const most = streams === undefined ? {} : { most: streams + 1 };
  const pool = files && new DecoderPool({ files, clock, log, spare, workerPath, ...most });
  let lastId = 0;
  return {
    name: 'pocketsphinx',
    languages: ['en-US'],
    async open(settings) {
      const warnings = checked(settings);
      if (!pool) throw notInstalled(missing);
      const thread = await pool.take();
      lastId += 1;
      return new PocketsphinxStream(thread, { id: lastId, settings, warnings, over: () => pool.giveBack(thread) });
    },
    async close() {
      await pool?.close();
    },
  };
}

/** What `open` would refuse whatever the audio is, to be told before there is a session: throws what it would reject with. */
export function checkPocketsphinx(places: PocketsphinxPlaces, language?: string): void {
  const { missing } = findPocketsphinx(places);
  if (missing !== undefined) throw notInstalled(missing);
  if (language !== undefined) checkLanguage(language);
}

function notInstalled(missing: string): SpeechError {
  return new SpeechError('E_RECOGNISER', `pocketsphinx is not installed here: missing ${missing}`);
}

/** Names of models that mean this engine. */
const ownModels: ReadonlySet<string> = new Set(['pocketsphinx', 'local']);

/** From telephones to studios. What is below is no speech, what is above no sample rate. */
const ratesHz = { least: 4000, most: 192_000 };

function checkLanguage(language: string): void {
  if (isEnglish(language)) return;
  throw new SpeechError('E_UNSUPPORTED', `pocketsphinx understands English only, not "${language}"`, {
    todo: 'choose another --language or --provider',
  });
}

/** What of the settings is replaced. Throws E_UNSUPPORTED for what cannot be. */
function checked({ language = 'en', model, sampleRateHz, endpointingMs }: RecogniserSettings): string[] {
  checkLanguage(language);
  if (!Number.isInteger(sampleRateHz) || sampleRateHz < ratesHz.least || sampleRateHz > ratesHz.most) {
    throw new SpeechError('E_UNSUPPORTED', `pocketsphinx hears no audio of ${sampleRateHz} Hz`);
  }
  const warnings: string[] = [];
  if (model !== undefined && !isOwnModel(model, ownModels)) {
    warnings.push(`no model "${model}" here: hearing with pocketsphinx`);
  }
  if (endpointingMs !== false && endpointingMs < shortestEndpointMs) {
    warnings.push(`an utterance ends after ${shortestEndpointMs} ms of silence here, not ${endpointingMs}`);
  }
  return warnings;
}
