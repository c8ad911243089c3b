import { sampleRatesHz } from '../../audio/format.ts';
import type { ListenSettings } from '../../speech/listen.ts';
import type { ListenService } from '../../speech/service.ts';
import { slngEndpoint } from './endpoint.ts';
import { SlngListenClient } from './listen-client.ts';
import { listenDefaults, listenInitMessage } from './listen-init.ts';
import { SlngListenServer } from './listen-server.ts';

/** SLNG, speech to text: the bridge and the direct routes. docs/protocols/slng.md has every message and its source. */
export const slngListen: ListenService = {
  name: 'slng',
  direction: 'listen',
  traits: {
    // Nothing is documented of audio that comes faster than it is spoken.
    pace: 1,
    aheadMs: 10_000,
    // livekit's client: after 5 s without audio. The service's own idle limit is not documented.
    keepAliveMs: 5_000,
    // Of direct Deepgram routes; the bridge has no message for either.
    words: true,
    diarize: true,
    // The bridge has no mulaw, the direct routes do; A-law is on neither list.
    encodings: ['linear16', 'mulaw', 'mp3', 'opus'],
    sampleRatesHz,
    defaults: listenDefaults,
  },
  endpoint: slngEndpoint<ListenSettings>({
    word: 'stt',
    route: listenDefaults.route,
    model: listenDefaults.model,
    check: listenInitMessage,
    settings: (connect) => ({ ...connect, format: listenDefaults.format, interim: true }),
  }),
  client: (settings) => new SlngListenClient(settings),
  server: (settings, style) => new SlngListenServer(settings, style),
};
