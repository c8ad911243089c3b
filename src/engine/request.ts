import type { AudioFormat } from '../audio/format.ts';
import { isCompressed, sampleRatesHz } from '../audio/format.ts';
import { SpeechError } from '../errors.ts';
import type { SynthesisRequest } from './engine.ts';

/** Outside these, speech is no longer understood, and a clause of flite grows to minutes. */
const speeds = { least: 0.25, most: 4 };

export type PcmEncoding = 'linear16' | 'mulaw' | 'alaw';

/** The encoding, when an engine can make the format; throws E_UNSUPPORTED otherwise. */
export function pcmEncoding(format: AudioFormat): PcmEncoding {
  if (!sampleRatesHz.some((rateHz) => rateHz === format.sampleRateHz)) {
    throw new SpeechError('E_UNSUPPORTED', `the local engine has no ${format.sampleRateHz} Hz`, {
      todo: `choose one of ${sampleRatesHz.join(', ')} with --sample-rate`,
    });
  }
  if (format.channels !== 1) throw new SpeechError('E_UNSUPPORTED', 'the local engine speaks in mono only');
  const { encoding } = format;
  if (isCompressed(encoding)) {
    throw new SpeechError('E_UNSUPPORTED', `the local engine does not make ${encoding} itself`, {
      todo: 'choose linear16, mulaw or alaw with --encoding',
    });
  }
  return encoding;
}

/** What all engines refuse alike. Throws E_UNSUPPORTED. */
export function checkRequest({ format, speed }: SynthesisRequest): void {
  if (!(speed >= speeds.least && speed <= speeds.most)) {
    throw new SpeechError('E_UNSUPPORTED', `the local engine cannot speak at speed ${speed}`, {
      todo: `choose a speed from ${speeds.least} to ${speeds.most}`,
    });
  }
  pcmEncoding(format);
}

/** A mark that ends a sentence, and the quotes and brackets that may follow it. */
const sentenceEnd = /[.!?…。．！？｡]["'”’»›)\]}」』）]*\s*$/u;

/** Silence kept behind a text, in ms: as long as a reader pauses at a comma, and after a sentence. */
const tails = { clauseMs: 60, sentenceMs: 250 };

export function tailMs(text: string): number {
  return sentenceEnd.test(text) ? tails.sentenceMs : tails.clauseMs;
}
