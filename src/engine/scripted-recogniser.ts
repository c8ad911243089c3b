import { SpeechError } from '../errors.ts';
import { primaryLanguage } from './language.ts';
import { Queue } from './queue.ts';
import {
  mostUnreadResults,
  type Recogniser,
  type RecogniserSettings,
  type RecogniserStream,
  type Recognition,
} from './recogniser.ts';
import { ToneHearing } from './tone-hearing.ts';
import { defaultMsPerChar } from './tones.ts';

export interface ScriptedRecogniserOptions {
  /** As the synthesizer was told. */
  readonly msPerChar?: number;
  readonly languages?: readonly string[];
  /** The stream fails with E_ENGINE at a word that matches. */
  readonly failAt?: RegExp;
}

/**
 * A recogniser for tests, with no worker: it reads the words from the tones of the scripted synthesizer (at speed 1, in
 * any rate), each with the times at which it was said, to the sample. What is no tone is silence. An interim for each
 * word, a final after silence. Everything is told in the call of `write` that brings it.
 */
export function createScriptedRecogniser(options: ScriptedRecogniserOptions = {}): Recogniser {
  const { languages = ['en'], msPerChar = defaultMsPerChar, failAt } = options;
  const open = new Set<ScriptedStream>();
  let closed = false;
  return {
    name: 'scripted',
    languages,
    async open(settings) {
      const { language = 'en', model } = settings;
      if (closed) throw closedError();
      if (!languages.includes(primaryLanguage(language))) {
        throw new SpeechError('E_UNSUPPORTED', `the scripted recogniser does not understand "${language}"`);
      }
      const warnings =
        model === undefined || model === 'scripted' ? [] : [`no model "${model}" here: hearing with scripted`];
      const stream = new ScriptedStream({ settings, msPerChar, failAt, warnings, over: () => open.delete(stream) });
      open.add(stream);
      return stream;
    },
    async close() {
      closed = true;
      for (const stream of open) stream.fail(closedError());
    },
  };
}

interface StreamParts {
  readonly settings: RecogniserSettings;
  readonly msPerChar: number;
  readonly failAt: RegExp | undefined;
  readonly warnings: readonly string[];
  over(): void;
}

class ScriptedStream implements RecogniserStream {
  readonly warnings: readonly string[];
  readonly results: AsyncIterable<Recognition>;
  readonly #queue = new Queue<Recognition>();
  readonly #hearing: ToneHearing;
  readonly #over: () => void;
  #open = true;

  constructor({ settings, msPerChar, failAt, warnings, over }: StreamParts) {
    this.warnings = warnings;
    this.#over = over;
    this.results = this.#queue.read();
    this.#hearing = new ToneHearing(settings, msPerChar, (result) => {
      if ('text' in result && failAt?.test(result.text)) {
        this.fail(new SpeechError('E_ENGINE', `told to fail at "${result.text}"`));
      } else if (this.#open) this.#queue.push(result);
    });
  }

  write(samples: Int16Array): Promise<void> | undefined {
    if (this.#open) this.#hearing.push(samples);
    return this.#queue.room(mostUnreadResults);
  }

  finalize(): void {
    if (this.#open) this.#hearing.finalize();
  }

  end(): void {
    if (!this.#open) return;
    this.#hearing.end();
    this.#queue.end();
    this.#leave();
  }

  close(): void {
    this.#queue.cut();
    this.#leave();
  }

  fail(error: SpeechError): void {
    this.#queue.fail(error);
    this.#leave();
  }

  #leave(): void {
    this.#open = false;
    this.#over();
  }
}

function closedError(): SpeechError {
  return new SpeechError('E_ENGINE', 'the engine was closed');
}
