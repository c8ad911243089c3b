import { describe, expect, it } from 'vitest';
import { deepgramListen, deepgramSpeak } from '../../src/dialects/deepgram/index.ts';
import * as deepgramHears from '../../src/dialects/deepgram/listen-messages.ts';
import * as deepgramSpeaks from '../../src/dialects/deepgram/speak-messages.ts';
import { slngListen, slngSpeak } from '../../src/dialects/slng/index.ts';
import { listenClientTypes, listenServerTypes } from '../../src/dialects/slng/listen-messages.ts';
import { clientTypes, serverTypes } from '../../src/dialects/slng/speak-messages.ts';
import type { Fixture } from '../support/wire-fixture.ts';
import { listenFixtures, parseFixture, parseTrace, speakFixtures } from '../support/wire-fixture.ts';
import { type AnyService, checkFixture } from './contract.ts';

interface Member {
  readonly service: AnyService;
  readonly fixtures: readonly Fixture[];
  readonly clientTypes: readonly string[];
  readonly serverTypes: readonly string[];
}

const members: readonly Member[] = [
  { service: slngSpeak, fixtures: speakFixtures('slng'), clientTypes, serverTypes },
  {
    service: slngListen,
    fixtures: listenFixtures('slng'),
    clientTypes: listenClientTypes,
    serverTypes: listenServerTypes,
  },
  {
    service: deepgramSpeak,
    fixtures: speakFixtures('deepgram'),
    clientTypes: deepgramSpeaks.clientTypes,
    serverTypes: deepgramSpeaks.serverTypes,
  },
  {
    service: deepgramListen,
    fixtures: listenFixtures('deepgram'),
    clientTypes: deepgramHears.listenClientTypes,
    serverTypes: deepgramHears.listenServerTypes,
  },
];

/** The types, in lower case, of all JSON messages in one direction. */
function typesSeen(fixtures: readonly Fixture[], dir: 'c>s' | 's>c'): Set<string> {
  const seen = new Set<string>();
  for (const { lines } of fixtures) {
    for (const line of lines) {
      if (!('json' in line) || line.dir !== dir) continue;
      const { json } = line;
      if (typeof json === 'object' && json !== null && 'type' in json) seen.add(String(json.type).toLowerCase());
    }
  }
  return seen;
}

for (const member of members) {
  const { service, fixtures } = member;
  const title = `${service.name}, ${service.direction}`;
  describe(`${title}, every transcript`, () => {
    it('has transcripts', () => expect(fixtures.length).toBeGreaterThan(30));
    for (const fixture of fixtures) {
      it(fixture.header.scenario, () => expect(checkFixture(service, fixture)).toEqual([]));
    }
    it('does the same again: a codec has no state but its own', () => {
      for (const fixture of fixtures) expect(checkFixture(service, fixture)).toEqual([]);
    });
    it('is named as its folder and file say', () => {
      for (const { name, header } of fixtures) {
        expect(name).toBe(`${header.dialect}/${service.direction}/${header.scenario}.jsonl`);
        expect(header.dialect).toBe(service.name);
      }
    });
  });

  describe(`${title}, every message type stands in a transcript`, () => {
    it.each(member.clientTypes)('client to server: %s', (type) => {
      expect(typesSeen(fixtures, 'c>s')).toContain(type);
    });
    it.each(member.serverTypes)('server to client: %s', (type) => {
      expect(typesSeen(fixtures, 's>c')).toContain(type);
    });
  });
}

it('a service of one direction is no service of the other', () => {
  const [fixture] = speakFixtures('slng');
  expect(fixture && checkFixture(slngListen, fixture)).toMatchObject([{ expected: 'speak', got: 'listen' }]);
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

  const hears = head.replace('"speak"', '"listen"').replace('"settings":{', '"settings":{"interim":true,');
  const heard = [
    '{"dir":"c>s","json":{"type":"init","config":{"encoding":"linear16","sample_rate":24000,"enable_partials":true,"enable_partial_transcripts":true}}}',
    `{"cmd":{"type":"audio","chunk":{"firstSample":0,"bytes":960,"sha256":"${sha}"}}}`,
    `{"dir":"c>s","audio":{"bytes":960,"sha256":"${sha}"}}`,
  ];

  it('takes a trace of a session that listens, at either end', () => {
    const lines = [hears, ...heard, '{"dir":"s>c","json":{"type":"ready"}}', '{"event":{"type":"ready"}}'];
    expect(checkFixture(slngListen, parseFixture('slng/listen/x.jsonl', lines.join('\n')))).toEqual([]);
    const config = '"format":{"encoding":"mulaw","sampleRateHz":8000,"channels":1}';
    const served = [
      hears.replace('{"voxwire"', '{"ways":["serverDecode","serverEncode"],"voxwire"'),
      '{"dir":"c>s","json":{"type":"init","config":{"encoding":"mulaw","sample_rate":8000}}}',
      `{"ask":{"type":"configure","settings":{"baseUrl":"ws://h","route":"bridge","model":"slng/deepgram/nova:3-en","interim":true,${config}}}}`,
      '{"say":{"type":"ready","sessionId":"s"}}',
      '{"dir":"s>c","json":{"type":"ready","session_id":"s"}}',
      `{"dir":"c>s","audio":{"bytes":960,"sha256":"${sha}"}}`,
      `{"ask":{"type":"audio","chunk":{"firstSample":0,"bytes":960,"sha256":"${sha}"}}}`,
    ];
    const trace = parseFixture('slng/listen/x.jsonl', served.join('\n'));
    expect(checkFixture(slngListen, trace)).toEqual([]);
    const other = served.join('\n').replace('"firstSample":0,"bytes":960', '"firstSample":0,"bytes":961');
    expect(checkFixture(slngListen, parseFixture('slng/listen/x.jsonl', other))).toMatchObject([{ line: 7 }]);
  });

  it.each([
    ['a line that is no JSON', '{'],
    ['a frame without a direction', '{"json":{}}'],
    ['a command that does not exist', '{"cmd":{"type":"shout"}}'],
    ['a command of the other direction', '{"cmd":{"type":"finalize"}}'],
    ['a hash that is none', '{"dir":"s>c","audio":{"bytes":1,"sha256":"x"}}'],
  ])('refuses %s, with the line’s number', (_, line) => {
    expect(() => parseFixture('slng/speak/x.jsonl', `${head}\n${line}\n`)).toThrow('slng/speak/x.jsonl:2');
  });

  it('refuses a first line without a source', () => {
    expect(() => parseFixture('x', head.replace('"vox 0.1.0"', '""'))).toThrow('x:1');
  });
});
