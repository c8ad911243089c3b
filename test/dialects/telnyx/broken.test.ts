import { describe } from 'vitest';
import { telnyxListen, telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';
import type { ListenEvent, ListenRequest } from '../../../src/speech/listen.ts';
import type { ListenService, SpeakService, Step } from '../../../src/speech/service.ts';
import type { SpeakEvent, SpeakRequest } from '../../../src/speech/speak.ts';
import type { Frame } from '../../../src/transport/transport.ts';
import { listenFixtures, speakFixtures } from '../../support/wire-fixture.ts';
import { altered, type Broken, rejects, secretly } from '../broken.ts';

/** A speaking client whose events are changed. */
function hearing(change: (event: SpeakEvent) => readonly SpeakEvent[]): SpeakService {
  const events = (step: Step<SpeakEvent>) => ({ ...step, events: step.events.flatMap(change) });
  return { ...telnyxSpeak, client: (settings) => altered(telnyxSpeak.client(settings), events) };
}

/** A speaking client that keeps some of its frames to itself. */
function saying(says: (frame: Frame) => boolean): SpeakService {
  const frames = (step: Step<SpeakEvent>) => ({ ...step, frames: step.frames.filter(says) });
  return { ...telnyxSpeak, client: (settings) => altered(telnyxSpeak.client(settings), frames) };
}

function serving(change: (step: Step<SpeakRequest>) => Step<SpeakRequest>): SpeakService {
  return { ...telnyxSpeak, server: (settings, style) => altered(telnyxSpeak.server(settings, style), change) };
}

function bothSecretly(from: string, to: string): SpeakService {
  return {
    ...telnyxSpeak,
    client: (settings) => secretly(telnyxSpeak.client(settings), from, to),
    server: (settings, style) => secretly(telnyxSpeak.server(settings, style), from, to),
  };
}

const speaking: readonly Broken[] = [
  {
    what: 'a client that plays a sentence twice',
    service: hearing((event) => (event.type === 'audio' ? [event, event] : [event])),
    way: 'clientDecode',
  },
  {
    what: 'a client that does not say how far the sound is',
    service: hearing((event) => (event.type === 'progress' ? [] : [event])),
    way: 'clientDecode',
  },
  {
    what: 'a client that takes each last frame for the turn’s end',
    service: hearing((event) =>
      event.type === 'note' && event.name === 'final' ? [{ type: 'ended', turn: 'a', why: 'done' }] : [event],
    ),
    way: 'clientDecode',
  },
  {
    what: 'a client that does not say that mp3 has come',
    service: hearing((event) => (event.type === 'warning' ? [] : [event])),
    way: 'clientDecode',
  },
  {
    what: 'a client that takes mp3 for what it asked for',
    service: hearing((event) =>
      event.type === 'audio'
        ? [{ ...event, chunk: { ...event.chunk, format: telnyxSpeak.traits.defaults.format } }]
        : [event],
    ),
    way: 'clientDecode',
  },
  {
    what: 'a client that shakes no hands',
    service: saying((frame) => frame.kind !== 'text' || !frame.text.startsWith('{"text":" "')),
    way: 'clientEncode',
  },
  {
    what: 'a server that does not hang up',
    service: serving((step) => ({ ...step, events: step.events.filter(({ type }) => type !== 'hangUp') })),
    way: 'serverDecode',
  },
  {
    what: 'a server that takes force for nothing',
    service: serving((step) => ({ ...step, events: step.events.filter(({ type }) => type !== 'interrupt') })),
    way: 'serverDecode',
  },
  { what: 'a server that is silent', service: serving((step) => ({ ...step, frames: [] })), way: 'serverEncode' },
  { what: 'a word that only the two halves know', service: bothSecretly('"text"', '"words"'), way: 'clientEncode' },
  { what: 'an end that only the two halves know', service: bothSecretly('isFinal', 'isLast'), way: 'serverEncode' },
];

describe('the suite rejects a Telnyx of speech out that is broken on purpose', () => {
  rejects(speaking, speakFixtures('telnyx'));
});

function listening(change: (event: ListenEvent) => readonly ListenEvent[]): ListenService {
  const events = (step: Step<ListenEvent>) => ({ ...step, events: step.events.flatMap(change) });
  return { ...telnyxListen, client: (settings) => altered(telnyxListen.client(settings), events) };
}

function hearSecretly(from: string, to: string): ListenService {
  return {
    ...telnyxListen,
    client: (settings) => secretly(telnyxListen.client(settings), from, to),
    server: (settings, style) => secretly(telnyxListen.server(settings, style), from, to),
  };
}

const accepting = (step: Step<ListenRequest>) => ({
  ...step,
  events: step.events.filter(({ type }) => type !== 'reject'),
});
const hearsAll: ListenService = {
  ...telnyxListen,
  server: (settings, style) => altered(telnyxListen.server(settings, style), accepting),
};

const withoutEngine: ListenService = {
  ...telnyxListen,
  endpoint: {
    ...telnyxListen.endpoint,
    build: (settings, credentials) => {
      const request = telnyxListen.endpoint.build(settings, credentials);
      return { ...request, url: request.url.replace(/transcription_engine=\w+&/, '') };
    },
  },
};

const hearers: readonly Broken[] = [
  {
    what: 'a client that takes finals for interims',
    service: listening((e) => (e.type === 'final' ? [{ type: 'interim', text: e.text }] : [e])),
    way: 'clientDecode',
  },
  {
    what: 'a client that ends every utterance with its final',
    service: listening((e) => (e.type === 'final' ? [{ ...e, endOfUtterance: true }] : [e])),
    way: 'clientDecode',
  },
  {
    what: 'a client that does not say when it is ready',
    service: listening((e) => (e.type === 'ready' ? [] : [e])),
    way: 'clientDecode',
  },
  {
    what: 'a control message that only the two halves know',
    service: hearSecretly('"Finalize"', '"Finish"'),
    way: 'clientEncode',
  },
  {
    what: 'a server that takes anything',
    service: hearsAll,
    way: 'serverDecode',
  },
  {
    what: 'an upgrade without the engine',
    service: withoutEngine,
    way: 'upgrade',
  },
];

describe('the suite rejects a Telnyx of speech in that is broken on purpose', () => {
  rejects(hearers, listenFixtures('telnyx'));
});
