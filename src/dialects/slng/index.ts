import { sampleRatesHz } from '../../audio/format.ts';
import type { SpeakService } from '../../speech/service.ts';
import type { SpeakSettings } from '../../speech/speak.ts';
import { slngEndpoint } from './endpoint.ts';
import { SlngSpeakClient } from './speak-client.ts';
import { defaults, initMessage } from './speak-init.ts';
import { encodings } from './speak-messages.ts';
import { SlngSpeakServer } from './speak-server.ts';

export { slngListen } from './listen.ts';

/** SLNG, text to speech: the bridge and the direct routes. docs/protocols/slng.md has every message and its source. */
export const slngSpeak: SpeakService = {
  name: 'slng',
  direction: 'speak',
  traits: {
    interrupt: 'ack',
    startsWithoutFlush: false,
    contexts: false,
    // Seed 001 and pipecat-slng: every 30 s. The service's own idle limit is not documented.
    keepAliveMs: 30_000,
    // Measured by pipecat-slng: dropped 5.05 s after init without text.
    textWithinMs: 5_000,
    // The default model is Deepgram's, whose limit this is; no SLNG document has one of its own.
    limits: { textChars: 2_000 },
    turnSettings: ['pronunciation'],
    encodings,
    sampleRatesHz,
    namedPronunciation: true,
    defaults,
  },
  endpoint: slngEndpoint<SpeakSettings>({
    word: 'tts',
    route: 'direct',
    model: defaults.model,
    check: initMessage,
    settings: (connect) => ({ ...connect, format: defaults.format }),
  }),
  client: (settings) => new SlngSpeakClient(settings),
  server: (settings, style) => new SlngSpeakServer(settings, style),
};
