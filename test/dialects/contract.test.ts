import { describe, expect, it } from 'vitest';
import { slngSpeak } from '../../src/dialects/slng/index.ts';
import { clientTypes, serverTypes } from '../../src/dialects/slng/messages.ts';
import type { Peer, SpeakRequest, SpeakService, Step } from '../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent } from '../../src/speech/speak.ts';
import type { Frame } from '../../src/transport/transport.ts';
import type { Fixture } from '../support/wire-fixture.ts';
import { parseFixture, parseTrace, readFixtures } from '../support/wire-fixture.ts';
import { checkFixture } from './contract.ts';

const slngFixtures = readFixtures('slng', 'speak');

const members: readonly { service: SpeakService; fixtures: readonly Fixture[] }[] = [
  { service: slngSpeak, fixtures: slngFixtures },
];

for (const { service, fixtures } of members) {
  describe(`${service.name}, every transcript`, () => {
    it('has transcripts', () => expect(fixtures.length).toBeGreaterThan(20));
    for (const fixture of fixtures) {
      it(fixture.header.scenario, () => expect(checkFixture(service, fixture)).toEqual([]));
    }
    it('does the same again: a codec has no state but its own', () => {
      for (const fixture of fixtures) expect(checkFixture(service, fixture)).toEqual([]);
    });
    it('is named as its folder and file say', () => {
      for (const { name, header } of fixtures) {
        expect(name).toBe(`${header.dialect}/${header.service}/${header.scenario}.jsonl`);
        expect(header.dialect).toBe(service.name);
      }
    });
  });
}

/** The types, in lower case, of all JSON messages in one direction. */
function typesSeen(dir: 'c>s' | 's>c'): Set<string> {
  const seen = new Set<string>();
  for (const { lines } of slngFixtures) {
    for (const line of lines) {
      if (!('json' in line) || line.dir !== dir) continue;
      const { json } = line;
      if (typeof json === 'object' && json !== null && 'type' in json) seen.add(String(json.type).toLowerCase());
    }
  }
  return seen;
}

describe('slng, every message type stands in a transcript', () => {
  it.each(clientTypes)('client to server: %s', (type) => expect(typesSeen('c>s')).toContain(type));
  it.each(serverTypes)('server to client: %s', (type) => expect(typesSeen('s>c')).toContain(type));
});

type Client = Peer<SpeakCommand, SpeakEvent>;
type Server = Peer<SpeakEvent, SpeakRequest>;

/** A peer whose steps are changed on the way out. */
function altered<In, Out>(peer: Peer<In, Out>, change: (step: Step<Out>) => Step<Out>): Peer<In, Out> {
  return {
    opened: () => change(peer.opened()),
    encode: (input) => change(peer.encode(input)),
    decode: (frame) => change(peer.decode(frame)),
    closed: (info) => change(peer.closed(info)),
  };
}

function withClient(change: (step: Step<SpeakEvent>) => Step<SpeakEvent>): SpeakService {
  return { ...slngSpeak, client: (settings): Client => altered(slngSpeak.client(settings), change) };
}

function withServer(change: (step: Step<SpeakRequest>) => Step<SpeakRequest>): SpeakService {
  return { ...slngSpeak, server: (settings, style): Server => altered(slngSpeak.server(settings, style), change) };
}

function reworded(frame: Frame, from: string, to: string): Frame {
  return frame.kind === 'text' ? { kind: 'text', text: frame.text.replace(from, to) } : frame;
}

/** Both halves call a flush something else: they understand each other perfectly, and nobody else. */
function secretly(from: string, to: string): SpeakService {
  const out = <Out>(step: Step<Out>) => ({ ...step, frames: step.frames.map((f) => reworded(f, from, to)) });
  const both = <In, Out>(peer: Peer<In, Out>): Peer<In, Out> => ({
    ...altered(peer, out),
    decode: (frame) => out(peer.decode(reworded(frame, to, from))),
  });
  return {
    ...slngSpeak,
    client: (settings) => both(slngSpeak.client(settings)),
    server: (settings, style) => both(slngSpeak.server(settings, style)),
  };
}

const broken: readonly { what: string; service: SpeakService; way: string }[] = [
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
  { what: 'a word that only the two halves know', service: secretly('"flush"', '"push"'), way: 'clientEncode' },
  { what: 'an answer that only the two halves know', service: secretly('"flushed"', '"pushed"'), way: 'serverEncode' },
  {
    what: 'another path',
    service: {
      ...slngSpeak,
      endpoint: {
        ...slngSpeak.endpoint,
        build: (settings, credentials) => {
          const request = slngSpeak.endpoint.build(settings, credentials);
          return { ...request, url: request.url.replace('/v1/', '/v2/') };
        },
      },
    },
    way: 'upgrade',
  },
];

describe('the suite rejects a member broken on purpose', () => {
  it.each(broken)('$what', ({ service, way }) => {
    const found = slngFixtures.flatMap((fixture) => checkFixture(service, fixture));
    expect(found.map((mismatch) => mismatch.way)).toContain(way);
  });
});

describe('the format of fixtures', () => {
  const head =
    '{"voxwire":1,"kind":"trace","dialect":"slng","service":"speak","scenario":"x","source":"vox 0.1.0","date":"2026-11-20","settings":{"baseUrl":"ws://h","format":{"encoding":"linear16","sampleRateHz":24000,"channels":1}}}';
  const sha = '0'.repeat(64);
  const spoken = [
    '{"t":0,"cmd":{"type":"begin","turn":"a"}}',
    '{"t":0.1,"dir":"c>s","json":{"type":"init","model":"aura:2-en","voice":"aura-2-thalia-en","config":{"encoding":"linear16","sample_rate":24000}}}',
    '{"cmd":{"type":"text","turn":"a","text":"Hi","throughChar":2}}',
    '{"dir":"c>s","json":{"type":"text","text":"Hi"}}',
    '{"dir":"s>c","json":{"type":"ready","session_id":"s"}}',
    '{"event":{"type":"ready","sessionId":"s"}}',
  ];

  it('takes a trace, where audio is only a length and a hash', () => {
    const lines = [
      head,
      ...spoken,
      `{"dir":"s>c","audio":{"bytes":960,"sha256":"${sha}"}}`,
      `{"event":{"type":"audio","turn":"a","chunk":{"firstSample":0,"bytes":960,"sha256":"${sha}"}}}`,
      `{"dir":"s>c","json":{"type":"audio_chunk","data":{"base64":{"bytes":4,"sha256":"${sha}"}}}}`,
      `{"event":{"type":"audio","turn":"a","chunk":{"firstSample":480,"bytes":4,"sha256":"${sha}"}}}`,
    ];
    expect(checkFixture(slngSpeak, parseFixture('slng/speak/x.jsonl', lines.join('\n')))).toEqual([]);
    // Two of them at once, a line of the one after a line of the other.
    const mixed = lines.flatMap((line) => [1, 2].map((n) => line.replace(/\}$/, `,"connection":${n}}`)));
    const two = parseTrace('x.jsonl', `${mixed.join('\n')}\n`);
    expect(two.map((fixture) => fixture.lines.length)).toEqual([lines.length - 1, lines.length - 1]);
    expect(two.flatMap((fixture) => checkFixture(slngSpeak, fixture))).toEqual([]);
  });

  it('compares hashes in a transcript', () => {
    const lines = [
      head.replace('"trace"', '"transcript"').replace('{"voxwire"', '{"ways":["clientDecode"],"voxwire"'),
      ...spoken,
      '{"dir":"s>c","hex":"0000"}',
      `{"event":{"type":"audio","turn":"a","chunk":{"firstSample":0,"bytes":2,"sha256":"${sha}"}}}`,
    ];
    const found = checkFixture(slngSpeak, parseFixture('slng/speak/x.jsonl', lines.join('\n')));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ way: 'clientDecode', line: 9 });
  });

  it.each([
    ['a line that is no JSON', '{'],
    ['a frame without a direction', '{"json":{}}'],
    ['a command that does not exist', '{"cmd":{"type":"shout"}}'],
    ['a hash that is none', '{"dir":"s>c","audio":{"bytes":1,"sha256":"x"}}'],
  ])('refuses %s, with the line’s number', (_, line) => {
    expect(() => parseFixture('slng/speak/x.jsonl', `${head}\n${line}\n`)).toThrow('slng/speak/x.jsonl:2');
  });

  it('refuses a first line without a source', () => {
    expect(() => parseFixture('x', head.replace('"vox 0.1.0"', '""'))).toThrow('x:1');
  });
});
