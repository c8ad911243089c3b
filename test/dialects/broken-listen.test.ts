import { describe } from 'vitest';
import { slngListen } from '../../src/dialects/slng/index.ts';
import type { ListenCommand, ListenEvent, ListenRequest } from '../../src/speech/listen.ts';
import type { ListenService, Peer, Step } from '../../src/speech/service.ts';
import type { Frame } from '../../src/transport/transport.ts';
import { listenFixtures } from '../support/wire-fixture.ts';
import { altered, type Broken, rejects, secretly } from './broken.ts';

function withClient(change: (peer: Peer<ListenCommand, ListenEvent>) => Partial<typeof peer>): ListenService {
  return {
    ...slngListen,
    client: (settings) => {
      const peer = slngListen.client(settings);
      return { ...altered(peer, (step) => step), ...change(peer) };
    },
  };
}

/** A client whose events are changed. */
function hearing(change: (event: ListenEvent) => readonly ListenEvent[]): ListenService {
  const events = (step: Step<ListenEvent>) => ({ ...step, events: step.events.flatMap(change) });
  return withClient((peer) => altered(peer, events));
}

function withServer(change: (step: Step<ListenRequest>) => Step<ListenRequest>): ListenService {
  return { ...slngListen, server: (settings, style) => altered(slngListen.server(settings, style), change) };
}

function bothSecretly(from: string, to: string): ListenService {
  return {
    ...slngListen,
    client: (settings) => secretly(slngListen.client(settings), from, to),
    server: (settings, style) => secretly(slngListen.server(settings, style), from, to),
  };
}

const empty: Frame = { kind: 'binary', bytes: new Uint8Array(0) };

const broken: readonly Broken[] = [
  {
    what: 'a client that says nothing when it is opened',
    service: withClient(() => ({ opened: () => ({ frames: [], events: [] }) })),
    way: 'clientEncode',
  },
  {
    what: 'a client that ends the audio with an empty frame',
    service: withClient((peer) => ({
      encode: (command) => {
        const step = peer.encode(command);
        return command.type === 'close' ? { ...step, frames: [empty, ...step.frames] } : step;
      },
    })),
    way: 'clientEncode',
  },
  {
    what: 'a client that loses the last byte of a chunk',
    service: withClient((peer) => ({
      encode: (command) => {
        if (command.type !== 'audio') return peer.encode(command);
        return peer.encode({ ...command, chunk: { ...command.chunk, bytes: command.chunk.bytes.subarray(1) } });
      },
    })),
    way: 'clientEncode',
  },
  {
    what: 'a client that closes where it should finalize',
    service: withClient((peer) => ({
      encode: (command) => peer.encode(command.type === 'finalize' ? { type: 'close' } : command),
    })),
    way: 'clientEncode',
  },
  { what: 'a client that loses finals', service: hearing((e) => (e.type === 'final' ? [] : [e])), way: 'clientDecode' },
  {
    what: 'a client that takes finals for interims',
    service: hearing((e) => (e.type === 'final' ? [{ type: 'interim', text: e.text }] : [e])),
    way: 'clientDecode',
  },
  {
    what: 'a client that reads seconds as milliseconds',
    service: hearing((e) =>
      e.type === 'final' && e.words
        ? [{ ...e, words: e.words.map((word) => ({ ...word, startMs: word.startMs / 1000 })) }]
        : [e],
    ),
    way: 'clientDecode',
  },
  {
    what: 'a client that never ends an utterance',
    service: hearing((e) => (e.type === 'final' ? [{ ...e, endOfUtterance: false }] : [e])),
    way: 'clientDecode',
  },
  {
    what: 'a client that does not tell who speaks',
    service: hearing((e) =>
      e.type === 'final' && e.words ? [{ ...e, words: e.words.map(({ speaker, ...word }) => word) }] : [e],
    ),
    way: 'clientDecode',
  },
  {
    what: 'a client that is ready twice',
    service: hearing((e) => (e.type === 'note' && e.name === 'ready' ? [{ type: 'ready' }] : [e])),
    way: 'clientDecode',
  },
  {
    what: 'a client that drops what it does not know',
    service: hearing((e) => (e.type === 'unknown' || e.type === 'malformed' ? [] : [e])),
    way: 'clientDecode',
  },
  {
    what: 'a server that does not hear finalize',
    service: withServer((step) => ({ ...step, events: step.events.filter((request) => request.type !== 'finalize') })),
    way: 'serverDecode',
  },
  {
    what: 'a server that numbers samples in bytes',
    service: withServer((step) => ({
      ...step,
      events: step.events.map((request) =>
        request.type === 'audio'
          ? { ...request, chunk: { ...request.chunk, firstSample: (request.chunk.firstSample ?? 0) * 2 } }
          : request,
      ),
    })),
    way: 'serverDecode',
  },
  {
    what: 'a server that takes mulaw for linear16',
    service: withServer((step) => ({
      ...step,
      events: step.events.map((request) =>
        request.type === 'audio' && request.chunk.format.encoding === 'mulaw'
          ? { ...request, chunk: { ...request.chunk, format: slngListen.traits.defaults.format } }
          : request,
      ),
    })),
    way: 'serverDecode',
  },
  {
    what: 'a server that takes anything',
    service: withServer((step) => ({ ...step, events: step.events.filter((request) => request.type !== 'reject') })),
    way: 'serverDecode',
  },
  {
    what: 'a server that answers nothing',
    service: withServer((step) => ({ ...step, frames: [] })),
    way: 'serverEncode',
  },
  { what: 'a word that only the two halves know', service: bothSecretly('"close"', '"stop"'), way: 'clientEncode' },
  {
    what: 'a field that only the two halves know',
    service: bothSecretly('"punctuated_word"', '"written"'),
    way: 'serverEncode',
  },
  {
    what: 'a service that takes the other direction’s path',
    service: {
      ...slngListen,
      endpoint: {
        ...slngListen.endpoint,
        match: (url, headers, offered) =>
          slngListen.endpoint.match(new URL(url.href.replace('/stt/', '/tts/')), headers, offered),
      },
    },
    way: 'upgrade',
  },
];

describe('the suite rejects a service of speech in that is broken on purpose', () => {
  rejects(broken, listenFixtures('slng'));
});
