import { describe, expect, it } from 'vitest';
import { telnyxListen, telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';
import { listenServerMembers } from '../../../src/dialects/telnyx/listen-client.ts';
import { listenClientTypes } from '../../../src/dialects/telnyx/listen-server.ts';
import { speakServerMembers } from '../../../src/dialects/telnyx/speak-reader.ts';
import { speakClientMembers } from '../../../src/dialects/telnyx/speak-server.ts';
import { type Fixture, listenFixtures, speakFixtures } from '../../support/wire-fixture.ts';
import { type AnyService, checkFixture } from '../contract.ts';
import { replayFixture } from '../replay.ts';
import { isRecord } from '../script.ts';

/**
 * Telnyx's frames have no type in its documents: what they are is told by their members. These are the shapes in which
 * they are known to come; that the codecs know no other member is held by their own lists, below.
 */
interface Kinds {
  readonly [name: string]: (frame: Record<string, unknown>) => boolean;
}

const speakClient: Kinds = {
  handshake: ({ text, flush }) => text === ' ' && flush === undefined,
  'handshake with voice_settings': ({ voice_settings: voice }) => isRecord(voice),
  text: ({ text, flush }) => typeof text === 'string' && text.trim() !== '' && flush === undefined,
  'text with flush': ({ text, flush }) => typeof text === 'string' && text.trim() !== '' && flush === true,
  flush: ({ text, flush }) => typeof text === 'string' && text.trim() === '' && flush === true,
  force: ({ force }) => force === true,
  end: ({ text }) => text === '',
};
const speakServer: Kinds = {
  'streamed chunk': ({ audio, text }) => typeof audio === 'string' && text === null,
  'chunk of the SDK': ({ type, audio }) => type === 'audio_chunk' && typeof audio === 'string',
  'chunk of a relay': ({ audio, isFinal }) => typeof audio === 'string' && isFinal === null,
  'sentence without audio': ({ audio, text }) => audio === null && typeof text === 'string' && text !== '',
  'sentence with audio': ({ audio, text }) => typeof audio === 'string' && typeof text === 'string',
  cached: ({ cached }) => cached === true,
  timed: ({ timeToFirstAudioFrameMs: ms }) => typeof ms === 'number',
  final: ({ type, isFinal }) => isFinal === true && type === undefined,
  'final of the SDK': ({ type, isFinal }) => isFinal === true && type === 'final',
  'error of the documents': ({ type, error }) => typeof error === 'string' && type === undefined,
  'error of the SDK': ({ type, error }) => typeof error === 'string' && type === 'error',
};
const listenClient: Kinds = {
  Finalize: ({ type }) => type === 'Finalize',
  CloseStream: ({ type }) => type === 'CloseStream',
  KeepAlive: ({ type }) => type === 'KeepAlive',
};
const listenServer: Kinds = {
  interim: ({ transcript, is_final: final }) => typeof transcript === 'string' && final === false,
  final: ({ type, is_final: final }) => final === true && type === undefined,
  'final of the SDK': ({ type, is_final: final }) => final === true && type === 'transcript',
  'final by speech_final alone': ({ is_final: final, speech_final: ends }) => final === undefined && ends === true,
  'final that ends nothing': ({ speech_final: ends }) => ends === false,
  'end of an utterance': ({ utterance_end: ends }) => ends === true,
  'errors of the documents': ({ type, errors }) => Array.isArray(errors) && type === undefined,
  'error of the SDK': ({ type, error, errors }) => type === 'error' && typeof error === 'string' && !errors,
  'error in both shapes': ({ type, errors }) => type === 'error' && Array.isArray(errors),
};

const members: readonly {
  service: AnyService;
  fixtures: readonly Fixture[];
  clientKinds: Kinds;
  serverKinds: Kinds;
  /** What the codecs read, as they say it themselves: a new one without a transcript fails. */
  clientReads: readonly string[];
  serverReads: readonly string[];
}[] = [
  {
    service: telnyxSpeak,
    fixtures: speakFixtures('telnyx'),
    clientKinds: speakClient,
    serverKinds: speakServer,
    clientReads: speakClientMembers,
    serverReads: speakServerMembers,
  },
  {
    service: telnyxListen,
    fixtures: listenFixtures('telnyx'),
    clientKinds: listenClient,
    serverKinds: listenServer,
    clientReads: listenClientTypes,
    serverReads: listenServerMembers,
  },
];

function framesOf(fixtures: readonly Fixture[], dir: 'c>s' | 's>c'): Record<string, unknown>[] {
  return fixtures.flatMap(({ lines }) =>
    lines.flatMap((line) => ('json' in line && line.dir === dir && isRecord(line.json) ? [line.json] : [])),
  );
}

/** The members that say something in a frame, and its type. */
function wordsOf(frame: Record<string, unknown>): string[] {
  const said = Object.entries(frame).flatMap(([name, value]) => (value === null || value === undefined ? [] : [name]));
  return typeof frame.type === 'string' ? [...said, frame.type.toLowerCase()] : said;
}

for (const { service, fixtures, clientKinds, serverKinds, clientReads, serverReads } of members) {
  const title = `telnyx, ${service.direction}`;
  describe(`${title}, every transcript`, () => {
    it('has transcripts', () => expect(fixtures.length).toBeGreaterThan(20));
    for (const fixture of fixtures) {
      it(fixture.header.scenario, () => expect(checkFixture(service, fixture)).toEqual([]));
      it(`${fixture.header.scenario}, over a loopback socket`, async () => {
        expect(await replayFixture(service, fixture)).toEqual([]);
      });
    }
    it('does the same again: a codec has no state but its own', () => {
      for (const fixture of fixtures) expect(checkFixture(service, fixture)).toEqual([]);
    });
    it('is named as its folder and file say', () => {
      for (const { name, header } of fixtures) {
        expect(name).toBe(`telnyx/${service.direction}/${header.scenario}.jsonl`);
        expect(header.dialect).toBe(service.name);
      }
    });
  });

  describe(`${title}, every kind of frame stands in a transcript`, () => {
    const sent = framesOf(fixtures, 'c>s');
    it.each(Object.entries(clientKinds))('client to server: %s', (_, is) => {
      expect(sent.filter(is)).not.toEqual([]);
    });
    it.each(Object.entries(serverKinds))('server to client: %s', (_, is) => {
      expect(framesOf(fixtures, 's>c').filter(is)).not.toEqual([]);
    });
    it.each(clientReads)('client to server, as the server’s codec reads it: %s', (word) => {
      expect(sent.flatMap(wordsOf)).toContain(word);
    });
    it.each(serverReads)('server to client, as the client’s codec reads it: %s', (word) => {
      expect(framesOf(fixtures, 's>c').flatMap(wordsOf)).toContain(word);
    });
    it('has a codec for every frame of the transcripts: none that is of no kind', () => {
      const known = [...Object.values(clientKinds), ...Object.values(serverKinds)];
      const made = new Set([
        'unknown-and-malformed',
        'unknown-malformed',
        'rejected',
        'flush-with-text',
        'errors-list',
      ]);
      const odd = fixtures.filter(({ header }) => !made.has(header.scenario));
      const frames = [...framesOf(odd, 'c>s'), ...framesOf(odd, 's>c')];
      expect(frames.filter((frame) => !known.some((is) => is(frame)))).toEqual([]);
    });
  });
}
