import type { Recognition } from '../engine/recogniser.ts';
import type { ListenEvent, ListenSettings } from '../speech/listen.ts';

/**
 * Silence that ends an utterance where the client does not say, ms. Deepgram's own figure is 10 (PROTOCOLS 2.3), made
 * for a recogniser that takes a sentence up again where it left off; ours would lose the sentence's context at every
 * pause for breath. 500 is longer than the pauses inside a read sentence, and short enough for a conversation.
 */
export const defaultEndpointingMs = 500;

/** Silence before `utteranceEnd`, ms, where a client wants such events and says no more: SLNG's (PROTOCOLS 1.3). */
export const defaultUtteranceEndMs = 1000;

/** The silence after which the client wants to be told of the utterance's end; undefined where it does not want to. */
export function utteranceEndMs({ utteranceEndMs, vad }: ListenSettings): number | undefined {
  return utteranceEndMs ?? (vad ? defaultUtteranceEndMs : undefined);
}

/**
 * What the client hears of a recognition; undefined where it asked not to. Results in silence, with no text, are told
 * as well: a codec leaves out what its dialect has no words for.
 */
export function eventOf(recognition: Recognition, settings: ListenSettings, language: string): ListenEvent | undefined {
  switch (recognition.type) {
    case 'speechStarted':
      return settings.vad ? recognition : undefined;
    case 'utteranceEnd':
      return utteranceEndMs(settings) === undefined ? undefined : recognition;
    case 'interim':
      return settings.interim ? { ...withoutZeros(recognition), language } : undefined;
    case 'final':
      return { ...withoutZeros(recognition), language };
  }
}

type Confident = { readonly confidence: number };

/** An engine that does not know how sure it is, as of words that may still change, says 0: of that nothing is told. */
function withoutZeros<T extends Confident & { readonly words: readonly Confident[] }>(stretch: T) {
  return { ...known(stretch), words: stretch.words.map(known<T['words'][number]>) };
}

function known<T extends Confident>({ confidence, ...rest }: T) {
  return confidence === 0 ? rest : { ...rest, confidence };
}
