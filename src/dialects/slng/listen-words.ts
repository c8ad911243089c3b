import type { ListenEvent, ListenSettings, Transcript } from '../../speech/listen.ts';
import {
  error,
  type ListenIdentity,
  listenMetadata,
  results,
  speechStarted,
  utteranceEnd,
} from '../shapes/deepgram-listen.ts';
import { warning } from '../shapes/deepgram-speak.ts';
import { toSeconds } from '../shapes/fields.ts';
import { vendorCodeFor } from './errors.ts';
import { errorMessage, readyExtras } from './server-words.ts';

/** What our server for speech in says of an event; undefined where the route has no message for it. */
export type ListenWords = (event: ListenEvent, settings: ListenSettings) => object | undefined;

/** `duration` is the length of the audio that the result is about; the bridge tells no place. */
function finalTranscript(event: Transcript, settings: ListenSettings): object {
  const { text, startMs, endMs, confidence, language = settings.language } = event;
  return {
    type: 'final_transcript',
    transcript: text,
    ...(confidence !== undefined && { confidence }),
    ...(language !== undefined && { language }),
    ...(startMs !== undefined && endMs !== undefined && { duration: toSeconds(endMs - startMs) }),
  };
}

/** The bridge's, and whisper's direct route's. Words, speakers and the start of speech have none. */
export const slngWords: ListenWords = (event, settings) => {
  switch (event.type) {
    case 'ready':
      return { type: 'ready', session_id: event.sessionId ?? '', ...readyExtras(event) };
    case 'interim': {
      const { text, confidence } = event;
      // It would say no more than that there is nothing to say.
      if (text === '') return undefined;
      return { type: 'partial_transcript', transcript: text, ...(confidence !== undefined && { confidence }) };
    }
    case 'final':
      return finalTranscript(event, settings);
    case 'utteranceEnd': {
      const { lastWordEndMs: ms } = event;
      return { type: 'utterance_end', ...(ms !== undefined && { last_word_end: toSeconds(ms) }) };
    }
    case 'warning':
      return { type: 'warning', code: event.code, message: event.message };
    case 'error':
      return errorMessage(event.fault);
    default:
      return undefined;
  }
};

/** Deepgram's own, of direct routes. */
export function deepgramWords(modelName: string): ListenWords {
  let identity: ListenIdentity = { requestId: '', modelName };
  return (event) => {
    switch (event.type) {
      case 'ready':
        identity = { requestId: event.sessionId ?? '', modelName };
        return { ...listenMetadata(0, identity), ...readyExtras(event) };
      case 'interim':
      case 'final':
        return results(event, identity);
      case 'utteranceEnd':
        return utteranceEnd(event.lastWordEndMs);
      case 'speechStarted':
        return speechStarted(event.atMs);
      case 'ended':
        return listenMetadata(event.audioMs, identity);
      case 'warning':
        return warning(event);
      case 'error':
        return error(vendorCodeFor(event.fault), event.fault.message);
      default:
        return undefined;
    }
  };
}
