import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import { linear16 } from '../audio/linear16.ts';
import type { Clock } from '../clock.ts';
import { errorTable, SpeechError } from '../errors.ts';
import type { Check } from './check.ts';
import type { WordSpeaker } from './engines.ts';

/** What the recogniser here is loaded from; `missing`: what is not there, in words. */
export interface RecogniserFinding {
  readonly library?: string;
  readonly model?: string;
  readonly missing?: string;
}

/** As much of the recogniser as it takes to hear a sentence. */
export interface WordHearer {
  open(settings: {
    sampleRateHz: number;
    language: string;
    interim: boolean;
    endpointingMs: false;
  }): Promise<HeardWords>;
  close(): Promise<void>;
}

export interface HeardWords {
  readonly results: AsyncIterable<{ readonly type: string; readonly text?: string }>;
  write(samples: Int16Array): Promise<void> | undefined;
  end(): void;
  close(): void;
}

export interface RecogniserParts {
  readonly find: () => Promise<RecogniserFinding> | RecogniserFinding;
  readonly openSpeaker: () => Promise<WordSpeaker> | WordSpeaker;
  readonly openHearer: () => Promise<WordHearer> | WordHearer;
  readonly clock: Clock;
}

const sentence = 'Go forward ten meters.';
/** The one of our voices that it understands best. */
const understood = 'rms';
const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 };

/** Vox works without it, by a service's: that it is missing is a warning. What is there, has to hear our own voice. */
export function recogniserCheck({ find, openSpeaker, openHearer, clock }: RecogniserParts): Check {
  return {
    name: 'pocketsphinx',
    stage: 'engine',
    withinMs: 30_000,
    fault: 'E_ENGINE',
    async run(signal) {
      const { missing, library, model } = await find();
      if (missing !== undefined) {
        const { todo } = errorTable.E_RECOGNISER;
        return { status: 'warn', detail: `missing ${missing}`, todo, code: 'E_RECOGNISER', data: { missing } };
      }
      const speech = await spoken(openSpeaker, signal);
      const startMs = clock.now();
      const heard = await heardIn(speech, openHearer);
      const recognitionMs = Math.round(clock.now() - startMs);
      if (heard === '') throw new SpeechError('E_ENGINE', 'the recogniser heard nothing in a spoken sentence');
      const detail = `heard "${heard}" in ${recognitionMs} ms, loading included; model ${model}`;
      return { status: 'ok', detail, data: { library, model, heard, recognitionMs } };
    },
  };
}

async function spoken(open: RecogniserParts['openSpeaker'], signal: AbortSignal): Promise<Int16Array[]> {
  const engine = await open();
  try {
    const { voice, language } = await engine.choose({ language: 'en', voice: understood });
    const pieces: Int16Array[] = [];
    for await (const output of engine.synthesize({ text: sentence, voice, speed: 1, language, format }, signal)) {
      if (isChunk(output)) pieces.push(linear16(output.bytes));
    }
    return pieces;
  } finally {
    await engine.close();
  }
}

function isChunk(output: AudioChunk | object): output is AudioChunk {
  return 'bytes' in output;
}

async function heardIn(speech: readonly Int16Array[], open: RecogniserParts['openHearer']): Promise<string> {
  const recogniser = await open();
  try {
    const settings = {
      sampleRateHz: format.sampleRateHz,
      language: 'en',
      interim: false,
      endpointingMs: false,
    } as const;
    const stream = await recogniser.open(settings);
    for (const samples of speech) await stream.write(samples);
    stream.end();
    const texts: string[] = [];
    for await (const { type, text } of stream.results) if (type === 'final' && text) texts.push(text);
    return texts.join(' ');
  } finally {
    await recogniser.close();
  }
}
