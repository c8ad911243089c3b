import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slngListen } from '../../../src/dialects/slng/index.ts';
import { listenClientTypes, listenServerTypes } from '../../../src/dialects/slng/listen-messages.ts';
import type { ListenCommand, ListenEvent, ListenRequest, TranscriptWord } from '../../../src/speech/listen.ts';
import type { Frame } from '../../../src/transport/transport.ts';
import { listenFixtures } from '../../support/wire-fixture.ts';
import { frameOf } from '../script.ts';
import { chunkOf, listenSettings, listenStyle } from './listening.ts';

const documented: Frame[] = listenFixtures('slng').flatMap(({ lines }) =>
  lines.flatMap((line) => ('dir' in line ? [frameOf(line)] : [])).filter((frame) => frame !== undefined),
);

/** Member names that mean something, so that random objects come near to real ones. */
const names = [
  ...['type', 'data', 'config', 'transcript', 'confidence', 'channel', 'alternatives', 'words', 'word', 'start'],
  ...['end', 'duration', 'is_final', 'speech_final', 'last_word_end', 'timestamp', 'language', 'sample_rate'],
  ...['encoding', 'code', 'message', 'warnings', '__proto__', 'constructor'],
];
const types = [...listenClientTypes, ...listenServerTypes, 'Metadata', 'Results', 'hasOwnProperty', ''];

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...types),
  fc.jsonValue({ maxDepth: 2 }),
  fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 1 })),
  fc.array(fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 1 })), { maxLength: 3 }),
  fc.base64String(),
);
const message = fc
  .tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...names), value))
  .map(([type, fields]) => JSON.stringify({ ...fields, type }));

/** A real message with one stretch of it replaced. */
const mutated = fc
  .tuple(fc.constantFrom(...documented), fc.nat(), fc.nat({ max: 8 }), fc.string({ maxLength: 8 }))
  .map(([frame, at, length, put]): Frame => {
    if (frame.kind === 'binary') return { ...frame, bytes: Uint8Array.from([...frame.bytes, ...Buffer.from(put)]) };
    const from = at % (frame.text.length + 1);
    return { kind: 'text', text: frame.text.slice(0, from) + put + frame.text.slice(from + length) };
  });

const frame: fc.Arbitrary<Frame> = fc.oneof(
  mutated,
  fc.constantFrom(...documented),
  fc.oneof(message, fc.json(), fc.string()).map((text): Frame => ({ kind: 'text', text })),
  fc.uint8Array({ maxLength: 50 }).map((bytes): Frame => ({ kind: 'binary', bytes })),
);

const command: fc.Arbitrary<ListenCommand> = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((bytes): ListenCommand => ({ type: 'audio', chunk: chunkOf(...bytes) })),
  fc.constantFrom<ListenCommand>({ type: 'finalize' }, { type: 'keepAlive' }, { type: 'close' }),
);

/** Whether a number is a place in audio. */
const isPlace = (ms: number | undefined) => ms === undefined || (Number.isFinite(ms) && ms >= 0);

function checkTranscript(event: ListenEvent): void {
  if (event.type !== 'interim' && event.type !== 'final') return;
  expect(typeof event.text).toBe('string');
  expect(isPlace(event.startMs) && isPlace(event.endMs)).toBe(true);
  expect(event.words).not.toEqual([]);
  for (const word of event.words ?? []) expect(isPlace(word.startMs) && word.endMs >= word.startMs).toBe(true);
  if (event.confidence !== undefined) expect(Math.abs(event.confidence - 0.5)).toBeLessThanOrEqual(0.5);
}

describe('decoders, given anything', () => {
  it('the client’s never throws, is ready once, and its numbers are numbers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(frame, command), { maxLength: 30 }),
        fc.constantFrom('binary', 'json'),
        (steps, audioAs) => {
          const client = slngListen.client({ ...listenSettings, audioAs });
          client.opened();
          const events: ListenEvent[] = [];
          for (const step of steps) {
            const out = 'kind' in step ? client.decode(step) : client.encode(step);
            events.push(...out.events);
            for (const sent of out.frames) if (sent.kind === 'binary') expect(sent.bytes.length).toBeGreaterThan(0);
          }
          events.push(...client.closed({ code: 1000, reason: '' }).events);
          expect(events.filter((event) => event.type === 'ready').length).toBeLessThanOrEqual(1);
          events.forEach(checkTranscript);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('the server’s never throws, rejects in words, and numbers its samples without a hole', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), fc.boolean(), fc.boolean(), (frames, initialised, bridge) => {
        const route = bridge ? 'bridge' : 'direct';
        const server = slngListen.server({ ...listenSettings, route, model: 'deepgram/nova:2' }, listenStyle);
        if (initialised) {
          server.decode({ kind: 'text', text: '{"type":"init"}' });
          server.encode({ type: 'ready', sessionId: 's' });
        }
        const requests: ListenRequest[] = [];
        for (const input of frames) {
          const out = server.decode(input);
          expect(out.frames).toEqual([]);
          requests.push(...out.events);
        }
        checkRequests(requests);
      }),
      { numRuns: 500 },
    );
  });
});

function checkRequests(requests: readonly ListenRequest[]): void {
  let samples = 0;
  for (const request of requests) {
    if (request.type === 'reject') expect(request.fault.message).toMatch(/^.{5,400}$/);
    if (request.type !== 'audio') continue;
    const { firstSample, bytes, format } = request.chunk;
    expect(firstSample).toBe(samples);
    samples += bytes.length / (format.encoding === 'linear16' ? 2 : 1);
    expect(Number.isInteger(samples)).toBe(true);
  }
  expect(requests.filter((request) => request.type === 'configure').length).toBeLessThanOrEqual(1);
  expect(requests.filter((request) => request.type === 'close').length).toBeLessThanOrEqual(1);
}

/** Times that a wire in seconds keeps exactly: whole ms. */
const place = fc.nat(10_000_000);
/** Never 0, which says that nothing is known. */
const share = fc.integer({ min: 1, max: 1000 }).map((n) => n / 1000);
const word: fc.Arbitrary<TranscriptWord> = fc
  .record({ text: fc.string({ minLength: 1 }), startMs: place, length: fc.nat(5000), confidence: share })
  .map(({ length, ...rest }) => ({ ...rest, endMs: rest.startMs + length }));
const transcript = fc
  .record({ text: fc.string(), startMs: place, length: fc.nat(60_000), confidence: share, language: fc.string() })
  .map(({ length, ...rest }) => ({ ...rest, endMs: rest.startMs + length }));
const words = fc.array(word, { minLength: 1, maxLength: 5 });

describe('what the server says of an event, the client reads as that event', () => {
  function heard(said: ListenEvent, route: string): readonly ListenEvent[] {
    const server = slngListen.server({ ...listenSettings, route, model: 'deepgram/nova:2' }, listenStyle);
    const client = slngListen.client({ ...listenSettings, route });
    client.decode({ kind: 'text', text: '{"type":"ready"}' });
    client.encode({ type: 'close' });
    return server.encode(said).frames.flatMap((out) => client.decode(out).events);
  }

  it('on a direct route, whole', () => {
    const event: fc.Arbitrary<ListenEvent> = fc.oneof(
      fc.tuple(transcript, words).map(([it, list]): ListenEvent => ({ type: 'interim', ...it, words: list })),
      fc.tuple(transcript, words, fc.boolean(), fc.boolean()).map(
        ([it, list, endOfUtterance, fromFinalize]): ListenEvent => ({
          ...{ type: 'final', ...it, words: list },
          endOfUtterance,
          fromFinalize,
        }),
      ),
      place.map((atMs): ListenEvent => ({ type: 'speechStarted', atMs })),
      place.map((lastWordEndMs): ListenEvent => ({ type: 'utteranceEnd', lastWordEndMs })),
      place.map((audioMs): ListenEvent => ({ type: 'ended', audioMs })),
      fc.tuple(fc.string(), fc.string()).map(([code, text]): ListenEvent => ({ type: 'warning', code, message: text })),
    );
    fc.assert(
      fc.property(event, (said) => {
        expect(heard(said, 'direct')).toEqual([said]);
      }),
    );
  });

  it('on the bridge, without its place and its words', () => {
    fc.assert(
      fc.property(transcript, words, fc.boolean(), (it, list, endOfUtterance) => {
        const { text, confidence, language } = it;
        const final: ListenEvent = { type: 'final', endOfUtterance, ...it, words: list };
        expect(heard(final, 'bridge')).toEqual([{ type: 'final', endOfUtterance: true, text, confidence, language }]);
        const interim = text === '' ? [] : [{ type: 'interim', text, confidence }];
        expect(heard({ type: 'interim', ...it }, 'bridge')).toEqual(interim);
      }),
    );
  });
});
