import { encodings, sampleRatesHz } from '../../audio/format.ts';
import type { SpeakService } from '../../speech/service.ts';
import { slngSpeakEndpoint } from './endpoint.ts';
import { defaults } from './init.ts';
import { SlngSpeakClient } from './speak-client.ts';
import { SlngSpeakServer } from './speak-server.ts';

/** SLNG, text to speech: the bridge and the direct routes. docs/protocols/slng.md has every message and its source. */
export const slngSpeak: SpeakService = {
  name: 'slng',
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
  endpoint: slngSpeakEndpoint,
  client: (settings) => new SlngSpeakClient(settings),
  server: (settings, style) => new SlngSpeakServer(settings, style),
};
