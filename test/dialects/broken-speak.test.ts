import { describe } from 'vitest';
import { slngSpeak } from '../../src/dialects/slng/index.ts';
import type { Credentials } from '../../src/speech/connect.ts';
import type { SpeakService, Step } from '../../src/speech/service.ts';
import type { SpeakEvent, SpeakRequest, SpeakSettings } from '../../src/speech/speak.ts';
import { speakFixtures } from '../support/wire-fixture.ts';
import { altered, type Broken, rejects, secretly } from './broken.ts';

function withClient(change: (step: Step<SpeakEvent>) => Step<SpeakEvent>): SpeakService {
  return { ...slngSpeak, client: (settings) => altered(slngSpeak.client(settings), change) };
}

function withServer(change: (step: Step<SpeakRequest>) => Step<SpeakRequest>): SpeakService {
  return { ...slngSpeak, server: (settings, style) => altered(slngSpeak.server(settings, style), change) };
}

/** Both halves call something else: they understand each other perfectly, and nobody else. */
function bothSecretly(from: string, to: string): SpeakService {
  return {
    ...slngSpeak,
    client: (settings) => secretly(slngSpeak.client(settings), from, to),
    server: (settings, style) => secretly(slngSpeak.server(settings, style), from, to),
  };
}

const broken: readonly Broken[] = [
  {
    what: 'a client that sends only the first of two messages',
    service: withClient((step) => ({ ...step, frames: step.frames.slice(0, 1) })),
    way: 'clientEncode',
  },
  {
    what: 'a client that flushes twice',
    service: withClient((step) => ({
      ...step,
      frames: step.frames.flatMap((f) => (f.kind === 'text' && f.text.includes('"flush"') ? [f, f] : [f])),
    })),
    way: 'clientEncode',
  },
  {
    what: 'a client that loses the end of turns',
    service: withClient((step) => ({ ...step, events: step.events.filter((event) => event.type !== 'ended') })),
    way: 'clientDecode',
  },
  {
    what: 'a client that numbers samples in bytes',
    service: withClient((step) => ({
      ...step,
      events: step.events.map((event) =>
        event.type === 'audio' && event.chunk.firstSample !== undefined
          ? { ...event, chunk: { ...event.chunk, firstSample: event.chunk.firstSample * 2 } }
          : event,
      ),
    })),
    way: 'clientDecode',
  },
  {
    what: 'a client that says the wrong rate',
    service: withClient((step) => ({
      ...step,
      events: step.events.map((event) =>
        event.type === 'audio'
          ? { ...event, chunk: { ...event.chunk, format: { ...event.chunk.format, sampleRateHz: 8000 } } }
          : event,
      ),
    })),
    way: 'clientDecode',
  },
  {
    what: 'a server that does not hear flushes',
    service: withServer((step) => ({ ...step, events: step.events.filter((event) => event.type !== 'flush') })),
    way: 'serverDecode',
  },
  {
    what: 'a server that answers nothing',
    service: withServer((step) => ({ ...step, frames: [] })),
    way: 'serverEncode',
  },
  { what: 'a word that only the two halves know', service: bothSecretly('"flush"', '"push"'), way: 'clientEncode' },
  {
    what: 'an answer that only the two halves know',
    service: bothSecretly('"flushed"', '"pushed"'),
    way: 'serverEncode',
  },
  {
    what: 'another path',
    service: {
      ...slngSpeak,
      endpoint: {
        ...slngSpeak.endpoint,
        build: (settings: SpeakSettings, credentials: Credentials) => {
          const request = slngSpeak.endpoint.build(settings, credentials);
          return { ...request, url: request.url.replace('/v1/', '/v2/') };
        },
      },
    },
    way: 'upgrade',
  },
];

describe('the suite rejects a service of speech out that is broken on purpose', () => {
  rejects(broken, speakFixtures('slng'));
});
