import type { SpeakService } from '../../speech/service.ts';
import { limitWords } from './closes.ts';
import { deepgramEndpoint } from './endpoint.ts';
import { DeepgramSpeakClient } from './speak-client.ts';
import { speakDefaults, speakEncodings, speakQuery, speakRatesHz, speakSettings } from './speak-query.ts';
import { DeepgramSpeakServer } from './speak-server.ts';

export { deepgramListen } from './listen.ts';

/** Deepgram, text to speech: `/v1/speak`. docs/protocols/deepgram.md has every message and its source. */
export const deepgramSpeak: SpeakService = {
  name: 'deepgram',
  direction: 'speak',
  traits: {
    interrupt: 'ack',
    startsWithoutFlush: false,
    contexts: false,
    // Seed 003, "Limits".
    limits: { textChars: 2000, flushesPerMinute: 20, charsPerMinute: 2400, sessionMs: 60 * 60_000 },
    turnSettings: [],
    encodings: speakEncodings,
    sampleRatesHz: speakRatesHz,
    namedPronunciation: false,
    defaults: speakDefaults,
  },
  endpoint: deepgramEndpoint({ path: '/v1/speak', query: speakQuery, settings: speakSettings }),
  client: (settings) => new DeepgramSpeakClient(settings),
  server: (settings) => new DeepgramSpeakServer(settings),
  limitWords: (limit) => limitWords(limit, 'speak'),
};
