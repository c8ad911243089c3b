import { sampleRatesHz } from '../../audio/format.ts';
import type { ListenService } from '../../speech/service.ts';
import { limitWords } from './closes.ts';
import { deepgramEndpoint } from './endpoint.ts';
import { DeepgramListenClient } from './listen-client.ts';
import { listenDefaults, listenQuery, listenSettings } from './listen-query.ts';
import { DeepgramListenServer } from './listen-server.ts';

/** Deepgram, speech to text: `/v1/listen`. docs/protocols/deepgram.md has every message and its source. */
export const deepgramListen: ListenService = {
  name: 'deepgram',
  direction: 'listen',
  traits: {
    // A stream is taken a little faster than it is spoken; how much is documented nowhere.
    pace: 1.25,
    aheadMs: 10_000,
    // Every 3 to 5 s while no audio flows (PROTOCOLS 2.3).
    keepAliveMs: 4000,
    // Closed after 10 to 12 s without a message (PROTOCOLS 2.3).
    limits: { idleMs: 10_000 },
    words: true,
    diarize: true,
    encodings: ['linear16', 'mulaw', 'alaw', 'mp3', 'opus'],
    sampleRatesHz,
    defaults: listenDefaults,
  },
  endpoint: deepgramEndpoint({ path: '/v1/listen', query: listenQuery, settings: listenSettings }),
  client: () => new DeepgramListenClient(),
  server: (settings) => new DeepgramListenServer(settings),
  limitWords: (limit) => limitWords(limit, 'listen'),
};
