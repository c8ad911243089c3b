import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepgramListen, deepgramSpeak } from '../../../src/dialects/deepgram/index.ts';
import { listenClientTypes, listenServerTypes } from '../../../src/dialects/deepgram/listen-messages.ts';
import { clientTypes, serverTypes } from '../../../src/dialects/deepgram/speak-messages.ts';
import type { ListenCommand, ListenEvent, ListenRequest } from '../../../src/speech/listen.ts';
import type { SpeakCommand, SpeakEvent } from '../../../src/speech/speak.ts';
import type { Frame } from '../../../src/transport/transport.ts';
import { type Fixture, listenFixtures, speakFixtures } from '../../support/wire-fixture.ts';
import { frameOf } from '../script.ts';
import { settings, style } from './speaking.ts';

const { format } = deepgramListen.traits.defaults;
const names = [
  ...['type', 'text', 'request_id', 'sequence_id', 'code', 'err_code', 'err_msg', 'warn_code', 'warnings', 'channel'],
  ...['alternatives', 'words', 'start', 'end', 'duration', 'is_final', 'last_word_end', '__proto__', 'constructor'],
];

function framesOf(fixtures: readonly Fixture[]): Frame[] {
  return fixtures.flatMap(({ lines }) =>
    lines.flatMap((line) => ('dir' in line ? [frameOf(line)] : [])).filter((frame) => frame !== undefined),
  );
}

/** Anything that could come over a wire on which the documented frames come. */
function frames(documented: readonly Frame[], types: readonly string[]): fc.Arbitrary<Frame> {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 1 })),
  );
  const message = fc
    .tuple(fc.constantFrom(...types, 'hasOwnProperty'), fc.dictionary(fc.constantFrom(...names), value))
    .map(([type, fields]) => JSON.stringify({ ...fields, type }));
  const mutated = fc
    .tuple(fc.constantFrom(...documented), fc.nat(), fc.nat({ max: 8 }), fc.string({ maxLength: 8 }))
    .map(([frame, at, length, put]): Frame => {
      if (frame.kind === 'binary') return { ...frame, bytes: Uint8Array.from([...frame.bytes, ...Buffer.from(put)]) };
      const from = at % (frame.text.length + 1);
      return { kind: 'text', text: frame.text.slice(0, from) + put + frame.text.slice(from + length) };
    });
  return fc.oneof(
    mutated,
    fc.constantFrom(...documented),
    fc.oneof(message, fc.json(), fc.string()).map((text): Frame => ({ kind: 'text', text })),
    fc.uint8Array({ maxLength: 60 }).map((bytes): Frame => ({ kind: 'binary', bytes })),
  );
}

const speakFrame = frames(framesOf(speakFixtures('deepgram')), [
  ...clientTypes,
  ...serverTypes,
  'Speak',
  'Flush',
  'Clear',
]);
const listenFrame = frames(framesOf(listenFixtures('deepgram')), [
  ...listenClientTypes,
  ...listenServerTypes,
  'Finalize',
]);

const turn = fc.constantFrom('a', 'b');
const speakCommand: fc.Arbitrary<SpeakCommand> = fc.oneof(
  turn.map((it): SpeakCommand => ({ type: 'begin', turn: it })),
  fc
    .tuple(turn, fc.string())
    .map(([it, text]): SpeakCommand => ({ type: 'text', turn: it, text, throughChar: text.length })),
  fc.tuple(turn, fc.constantFrom('flush', 'end', 'interrupt')).map(([it, type]): SpeakCommand => ({ type, turn: it })),
);
const listenCommand: fc.Arbitrary<ListenCommand> = fc.oneof(
  fc
    .uint8Array({ maxLength: 9 })
    .map((bytes): ListenCommand => ({ type: 'audio', chunk: { format, bytes, firstSample: 0 } })),
  fc.constantFrom<ListenCommand>({ type: 'finalize' }, { type: 'keepAlive' }, { type: 'close' }),
);

describe('given anything, no codec throws', () => {
  it('the client that speaks: ready once, and its samples are whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(speakFrame, speakCommand), { maxLength: 30 }),
        fc.integer({ min: 1000, max: 1015 }),
        fc.string(),
        (steps, code, reason) => {
          const client = deepgramSpeak.client(settings);
          const events: SpeakEvent[] = [...client.opened().events];
          for (const step of steps) {
            events.push(...('kind' in step ? client.decode(step) : client.encode(step)).events);
          }
          events.push(...client.closed({ code, reason }).events);
          expect(events.filter(({ type }) => type === 'ready').length).toBeLessThanOrEqual(1);
          for (const event of events) if (event.type === 'audio') expect(event.chunk.bytes.length % 2).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('the server that speaks: what it refuses, it can close for, and behind Close it reads nothing', () => {
    fc.assert(
      fc.property(fc.array(speakFrame, { maxLength: 20 }), (all) => {
        const server = deepgramSpeak.server(settings, style);
        let closed = false;
        for (const frame of all) {
          const { events } = server.decode(frame);
          if (closed) expect(events).toEqual([]);
          closed ||= events.some(({ type }) => type === 'close');
          for (const request of events) {
            if (request.type !== 'reject') continue;
            expect(server.encode({ type: 'error', fault: request.fault }).events).toMatchObject([{ type: 'hangUp' }]);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the client that listens: ready once, never an empty frame', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(listenFrame, listenCommand), { maxLength: 30 }), (steps) => {
        const client = deepgramListen.client({ baseUrl: 'wss://h', format, interim: true });
        const events: ListenEvent[] = [...client.opened().events];
        for (const step of steps) {
          const out = 'kind' in step ? client.decode(step) : client.encode(step);
          events.push(...out.events);
          for (const frame of out.frames) if (frame.kind === 'binary') expect(frame.bytes.length).toBeGreaterThan(0);
        }
        expect(events.filter(({ type }) => type === 'ready')).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it('the server that listens: configured once and first, samples without a hole', () => {
    fc.assert(
      fc.property(fc.array(listenFrame, { maxLength: 20 }), fc.boolean(), (all, isContained) => {
        const params: Record<string, string> = isContained ? {} : { encoding: 'linear16' };
        const server = deepgramListen.server({ baseUrl: 'wss://h', format, interim: true, params }, style);
        const requests: ListenRequest[] = [
          ...server.opened().events,
          ...all.flatMap((frame) => server.decode(frame).events),
        ];
        checkRequests(requests);
      }),
      { numRuns: 500 },
    );
  });
});

function checkRequests(requests: readonly ListenRequest[]): void {
  const types = requests.map(({ type }) => type);
  expect(types.filter((type) => type === 'configure').length).toBeLessThanOrEqual(1);
  expect(types.filter((type) => type === 'close').length).toBeLessThanOrEqual(1);
  let samples = 0;
  requests.forEach((request, at) => {
    if (request.type !== 'audio') return;
    expect(types.indexOf('configure')).toBeLessThan(at);
    const { firstSample, bytes, format: found } = request.chunk;
    expect(firstSample).toBe(samples);
    samples += bytes.length / (found.channels * (found.encoding === 'linear16' ? 2 : 1));
    expect(Number.isInteger(samples)).toBe(true);
  });
}

describe('what our server says, our client hears', () => {
  const said: fc.Arbitrary<SpeakEvent> = fc.oneof(
    fc
      .tuple(fc.string({ minLength: 1 }), fc.string())
      .map(([code, message]): SpeakEvent => ({ type: 'warning', code, message })),
    fc.uint8Array({ minLength: 2, maxLength: 20 }).map(
      (bytes): SpeakEvent => ({
        type: 'audio',
        turn: 't1',
        chunk: { format: settings.format, bytes: bytes.subarray(0, bytes.length & ~1), firstSample: 0 },
      }),
    ),
  );

  it('warnings word by word, sound byte by byte', () => {
    fc.assert(
      fc.property(said, (event) => {
        const client = deepgramSpeak.client(settings);
        client.encode({ type: 'begin', turn: 't1' });
        client.encode({ type: 'text', turn: 't1', text: 'x', throughChar: 1 });
        client.decode({ kind: 'text', text: '{"type":"Metadata"}' });
        const heard = deepgramSpeak
          .server(settings, style)
          .encode(event)
          .frames.flatMap((frame) => client.decode(frame).events);
        // Bytes that begin like a WAV header wait for more.
        fc.pre(heard.length > 0);
        expect(heard).toEqual([event]);
      }),
    );
  });
});
