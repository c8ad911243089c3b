import { execFile } from 'node:child_process';
import { childEnv } from '../audio/child-env.ts';
import { SpeechError } from '../errors.ts';
import type { SynthesisRequest, Synthesizer, VoiceChoice, VoiceWish } from './engine.ts';
import { type EspeakChild, missingEspeak, readEspeak, startEspeak } from './espeak-run.ts';
import { type EspeakVoice, parseVoices, voiceFor } from './espeak-voices.ts';
import { primaryLanguage } from './language.ts';
import { isOwnModel } from './own-model.ts';
import { pieces } from './pieces.ts';
import { checkRequest, tailMs } from './request.ts';
import { type SliceQueue, streamOf, type Work } from './stream.ts';
import { WaitingLine } from './waiting-line.ts';

export interface EspeakOptions {
  /** Its name on the PATH, or its path. */
  readonly program?: string;
  /** Processes at once; a text that comes to more waits for its turn. */
  readonly processes?: number;
}

/** The longest text for one run: what is made faster than it is read waits in memory (100 kB a second at 48 kHz). */
const maxRunChars = 1000;

/** A sentence is spoken in some 20 ms, so that nobody waits long; and a crowd does not fill the machine with programs. */
const usualProcesses = 8;

interface Waiting {
  readonly wantedAtMs: number;
  start(): void;
}

/** The espeak-ng program, a process a request, for every language but English. Nothing is looked up before its use. */
export function createEspeakEngine(options: EspeakOptions = {}): Synthesizer {
  const { program = 'espeak-ng', processes = usualProcesses } = options;
  const running = new Map<EspeakChild, { readonly queue: SliceQueue; readonly ended: Promise<void> }>();
  let listing: Promise<readonly EspeakVoice[]> | undefined;
  const waiting = new WaitingLine<Waiting>();
  let closed = false;

  const startNext = () => {
    while (running.size < processes) {
      const next = waiting.take();
      if (next === undefined) return;
      next.start();
    }
  };

  const voices = () => {
    listing ??= listVoices(program);
    return listing;
  };

  const work = (request: SynthesisRequest, silenceMs: number): Work => {
    return (queue, afterMs) => {
      if (closed) {
        queue.fail(closedError());
        return () => {};
      }
      let child: EspeakChild | undefined;
      const start = () => {
        if (closed) {
          queue.fail(closedError());
          return;
        }
        const started = startEspeak(program, request);
        child = started;
        const ended = readEspeak(started, request, silenceMs, queue).finally(() => {
          running.delete(started);
          startNext();
        });
        running.set(started, { queue, ended });
      };
      const place = { start, wantedAtMs: (request.wantedAtMs ?? 0) + afterMs };
      waiting.add(place);
      startNext();
      return () => {
        waiting.remove(place);
        if (child && running.has(child)) child.kill('SIGKILL');
      };
    };
  };

  return {
    name: 'espeak-ng',
    async voices() {
      return (await voices()).map(({ aliases, ...info }) => info);
    },
    choose: async (wish) => chooseEspeak(wish, await voices()),
    synthesize(request, signal) {
      checkRequest(request);
      const texts = /[\p{L}\p{N}\p{S}]/u.test(request.text) ? pieces(request.text.trim(), maxRunChars) : [];
      const works = texts.map((text, index) =>
        work({ ...request, text }, tailMs(index === texts.length - 1 ? request.text : text)),
      );
      return streamOf(works, request.format, signal);
    },
    async close() {
      closed = true;
      // Each tells its reader that the engine was closed.
      for (const { start } of waiting.takeAll()) start();
      const left = [...running];
      for (const [child, { queue }] of left) {
        queue.fail(closedError());
        child.kill('SIGKILL');
      }
      await Promise.all(left.map(([, { ended }]) => ended));
    },
  };
}

function closedError(): SpeechError {
  return new SpeechError('E_ENGINE', 'the engine was closed');
}

/** None where the program is missing. Rejects with E_ENGINE where it fails. */
function listVoices(program: string): Promise<readonly EspeakVoice[]> {
  return new Promise((resolve, reject) => {
    execFile(program, ['--voices'], { encoding: 'utf8', env: childEnv() }, (error, stdout) => {
      if (!error) resolve(parseVoices(stdout));
      else if (error.code === 'ENOENT') resolve([]);
      else reject(new SpeechError('E_ENGINE', `espeak-ng --voices: ${error.message}`, { cause: error }));
    });
  });
}

/** Names of models that mean this engine. */
const ownModels: ReadonlySet<string> = new Set(['espeak-ng', 'espeak', 'local']);

/** The language decides; a voice of another language, or of another vendor, is replaced and said to be. */
function chooseEspeak({ model, voice, language }: VoiceWish, voices: readonly EspeakVoice[]): VoiceChoice {
  if (voices.length === 0) throw missingEspeak();
  const named = voices.find(({ id }) => id === voice);
  const wanted = language ?? named?.id ?? 'en';
  const fits = named !== undefined && primaryLanguage(named.id) === primaryLanguage(wanted);
  const chosen = fits ? named : voiceFor(wanted, voices);
  if (!chosen) {
    throw new SpeechError('E_UNSUPPORTED', `espeak-ng does not speak "${wanted}"`, {
      todo: 'choose another --language (`vox voices` lists them) or another --provider',
    });
  }
  const warnings: string[] = [];
  if (model !== undefined && !isOwnModel(model, ownModels))
    warnings.push(`no model "${model}" here: speaking with espeak-ng`);
  if (voice !== undefined && !fits) {
    warnings.push(`no voice "${voice}" for "${wanted}" here: speaking with "${chosen.id}"`);
  }
  return { voice: chosen.id, language: chosen.language, warnings };
}
