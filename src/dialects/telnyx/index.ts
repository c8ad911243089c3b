import type { ListenSettings } from '../../speech/listen.ts';
import type { ListenService, SpeakService } from '../../speech/service.ts';
import type { SpeakSettings } from '../../speech/speak.ts';
import { telnyxEndpoint } from './endpoint.ts';
import { TelnyxListenClient } from './listen-client.ts';
import { listenDefaults, listenEncodings, listenQuery, readListenQuery } from './listen-query.ts';
import { TelnyxListenServer } from './listen-server.ts';
import { TelnyxSpeakClient } from './speak-client.ts';
import { readSpeakQuery, speakQuery } from './speak-query.ts';
import { TelnyxSpeakServer } from './speak-server.ts';
import { defaults, encodings, sampleRatesHz } from './speak-voices.ts';

/** Telnyx, text to speech. docs/protocols/telnyx.md has every message and its source. */
export const telnyxSpeak: SpeakService = {
  name: 'telnyx',
  direction: 'speak',
  traits: {
    // `force` is acknowledged by nothing.
    interrupt: 'swapSocket',
    startsWithoutFlush: true,
    contexts: false,
    // The end of a turn is `""`, upon which the service closes.
    endsWithTurn: true,
    // No limit is documented (PROTOCOLS 3.5).
    limits: {},
    turnSettings: [],
    encodings,
    sampleRatesHz,
    namedPronunciation: false,
    defaults,
  },
  endpoint: telnyxEndpoint<SpeakSettings>({
    direction: 'speak',
    path: '/v2/text-to-speech/speech',
    query: speakQuery,
    settings: readSpeakQuery,
  }),
  client: (settings) => new TelnyxSpeakClient(settings),
  server: (settings) => new TelnyxSpeakServer(settings),
};

/** Telnyx, speech to text. */
export const telnyxListen: ListenService = {
  name: 'telnyx',
  direction: 'listen',
  traits: {
    // Nothing is documented of audio that comes faster than it is spoken.
    pace: 1,
    aheadMs: 10_000,
    // Of Deepgram's engine, whose own limit is 10 to 12 s of silence; its documents say every 3 to 5 s.
    keepAliveMs: 4_000,
    // The result is flattened: a text, and how sure the engine is.
    words: false,
    diarize: false,
    encodings: listenEncodings,
    sampleRatesHz: [8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000],
    defaults: listenDefaults,
  },
  endpoint: telnyxEndpoint<ListenSettings>({
    direction: 'listen',
    path: '/v2/speech-to-text/transcription',
    query: listenQuery,
    settings: readListenQuery,
  }),
  client: (settings) => new TelnyxListenClient(settings),
  server: (settings) => new TelnyxListenServer(settings),
};
