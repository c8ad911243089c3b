import { describe } from 'vitest';
import { deepgramListen, deepgramSpeak } from '../../../src/dialects/deepgram/index.ts';
import type { ListenEvent, ListenRequest } from '../../../src/speech/listen.ts';
import type { ListenService, SpeakService, Step } from '../../../src/speech/service.ts';
import type { SpeakEvent, SpeakRequest } from '../../../src/speech/speak.ts';
import { listenFixtures, speakFixtures } from '../../support/wire-fixture.ts';
import { altered, type Broken, rejects, secretly } from '../broken.ts';

const speakWith = (over: Partial<SpeakService>): SpeakService => ({ ...deepgramSpeak, ...over });
const listenWith = (over: Partial<ListenService>): ListenService => ({ ...deepgramListen, ...over });

const speaks = (change: (step: Step<SpeakEvent>) => Step<SpeakEvent>): SpeakService => ({
  ...deepgramSpeak,
  client: (settings) => altered(deepgramSpeak.client(settings), change),
});
const serves = (change: (step: Step<SpeakRequest>) => Step<SpeakRequest>): SpeakService => ({
  ...deepgramSpeak,
  server: (settings, style) => altered(deepgramSpeak.server(settings, style), change),
});
const hears = (change: (step: Step<ListenEvent>) => Step<ListenEvent>): ListenService => ({
  ...deepgramListen,
  client: (settings) => altered(deepgramListen.client(settings), change),
});
const listens = (change: (step: Step<ListenRequest>) => Step<ListenRequest>): ListenService => ({
  ...deepgramListen,
  server: (settings, style) => altered(deepgramListen.server(settings, style), change),
});

/** Without the events, or requests, of a type. */
const without =
  (type: string) =>
  <Out extends { readonly type: string }>(step: Step<Out>): Step<Out> => ({
    ...step,
    events: step.events.filter((event) => event.type !== type),
  });

const spoken: readonly Broken[] = [
  { what: 'a client that is ready by itself', service: speaks(without('ready')), way: 'clientDecode' },
  { what: 'a client that explains no close', service: speaks(without('error')), way: 'clientDecode' },
  { what: 'a client that hears no warnings', service: speaks(without('warning')), way: 'clientDecode' },
  {
    what: 'a client that says cancel as well',
    service: speaks((step) => ({
      ...step,
      frames: step.frames.flatMap((frame) =>
        frame.kind === 'text' && frame.text.includes('"Clear"') ? [frame, frame] : [frame],
      ),
    })),
    way: 'clientEncode',
  },
  {
    what: 'a client with other words, whose server has them too',
    service: speakWith({
      client: (settings) => secretly(deepgramSpeak.client(settings), '"Speak"', '"speak"'),
      server: (settings, style) => secretly(deepgramSpeak.server(settings, style), '"Speak"', '"speak"'),
    }),
    way: 'clientEncode',
  },
  { what: 'a server that hangs up on nobody', service: serves(without('hangUp')), way: 'serverDecode' },
  { what: 'a server that takes anything', service: serves(without('reject')), way: 'serverDecode' },
  { what: 'a server that drops what Close leaves to be said', service: serves(without('end')), way: 'serverDecode' },
  {
    what: 'a server that counts from 1',
    service: speakWith({
      server: (settings, style) =>
        secretly(deepgramSpeak.server(settings, style), '"sequence_id":0', '"sequence_id":1'),
    }),
    way: 'serverEncode',
  },
  {
    what: 'a service that shows a key as Bearer',
    service: speakWith({
      endpoint: {
        ...deepgramSpeak.endpoint,
        build: (settings, { key }) => ({
          ...deepgramSpeak.endpoint.build(settings, {}),
          headers: { Authorization: `Bearer ${key}` },
        }),
      },
    }),
    way: 'upgrade',
  },
];

const heard: readonly Broken[] = [
  { what: 'a client that waits for a message to be ready', service: hears(without('ready')), way: 'clientDecode' },
  { what: 'a client that does not see the end', service: hears(without('ended')), way: 'clientDecode' },
  {
    what: 'a client that takes every Metadata for the end',
    service: hears((step) => ({
      ...step,
      events: step.events.map((event) => (event.type === 'note' ? { type: 'ended', audioMs: 0 } : event)),
    })),
    way: 'clientDecode',
  },
  { what: 'a server that never configures', service: listens(without('configure')), way: 'serverDecode' },
  { what: 'a server that hangs up on nobody', service: listens(without('hangUp')), way: 'serverDecode' },
  {
    what: 'a server without from_finalize',
    service: listenWith({
      server: (settings, style) => secretly(deepgramListen.server(settings, style), '"from_finalize"', '"finalized"'),
    }),
    way: 'serverEncode',
  },
  {
    what: 'a service that describes a container',
    service: listenWith({
      endpoint: {
        ...deepgramListen.endpoint,
        build: (settings, credentials) => {
          const request = deepgramListen.endpoint.build(settings, credentials);
          const url = new URL(request.url);
          url.searchParams.set('encoding', settings.format.encoding);
          return { ...request, url: url.href };
        },
      },
    }),
    way: 'upgrade',
  },
];

describe('the suite rejects Deepgram, broken on purpose, that speaks', () =>
  rejects(spoken, speakFixtures('deepgram')));
describe('the suite rejects Deepgram, broken on purpose, that listens', () =>
  rejects(heard, listenFixtures('deepgram')));
