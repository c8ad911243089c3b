import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { telnyxListen, telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';
import type { ListenCommand } from '../../../src/speech/listen.ts';
import type { ServerStyle } from '../../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent } from '../../../src/speech/speak.ts';
import type { Frame } from '../../../src/transport/transport.ts';
import { listenFixtures, speakFixtures } from '../../support/wire-fixture.ts';
import { frameOf } from '../script.ts';

const style: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };
const { format } = telnyxSpeak.traits.defaults;

const documented: Frame[] = [
  ...speakFixtures('telnyx').flatMap(({ lines }) => lines.flatMap((line) => frameOf(line) ?? [])),
  ...listenFixtures('telnyx').flatMap(({ lines }) => lines.flatMap((line) => frameOf(line) ?? [])),
];

/** Member names that mean something, so that random objects come near to real ones. */
const names = [
  ...['type', 'text', 'audio', 'isFinal', 'error', 'errors', 'flush', 'force', 'voice_settings', 'cached'],
  ...['transcript', 'is_final', 'speech_final', 'utterance_end', 'confidence', '__proto__', 'constructor'],
];
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, '', ' ', 'Hi.', 'error', 'Finalize', 'EAAgAA=='),
  fc.jsonValue({ maxDepth: 2 }),
  fc.base64String(),
);
const message = fc.dictionary(fc.constantFrom(...names), value).map((fields) => JSON.stringify(fields));

/** A real frame with one stretch of it replaced. */
const mutated = fc
  .tuple(fc.constantFrom(...documented), fc.nat(), fc.nat({ max: 8 }), fc.string({ maxLength: 8 }))
  .map(([frame, at, length, put]): Frame => {
    if (frame.kind === 'binary')
      return { kind: 'binary', bytes: Uint8Array.from([...frame.bytes.subarray(0, 99), ...Buffer.from(put)]) };
    const from = at % (frame.text.length + 1);
    return { kind: 'text', text: frame.text.slice(0, from) + put + frame.text.slice(from + length) };
  });
const frame: fc.Arbitrary<Frame> = fc.oneof(
  mutated,
  fc.constantFrom(...documented),
  fc.oneof(message, fc.json(), fc.string()).map((text): Frame => ({ kind: 'text', text })),
  fc.uint8Array({ maxLength: 50 }).map((bytes): Frame => ({ kind: 'binary', bytes })),
);

const turn = fc.constantFrom('a', 'b', 'c');
const words = fc.constantFrom('Hi. ', ' ', '', 'One is here. ', '**x**');
const spoken: fc.Arbitrary<SpeakCommand> = fc.oneof(
  turn.map((id): SpeakCommand => ({ type: 'begin', turn: id })),
  fc
    .tuple(turn, words, fc.nat({ max: 99 }))
    .map(([id, text, at]): SpeakCommand => ({ type: 'text', turn: id, text, throughChar: at })),
  fc.tuple(turn, fc.constantFrom('flush', 'end', 'interrupt')).map(([id, type]): SpeakCommand => ({ type, turn: id })),
  fc.constantFrom<SpeakCommand>({ type: 'keepAlive' }, { type: 'close' }),
);
const listened: fc.Arbitrary<ListenCommand> = fc.oneof(
  fc
    .uint8Array({ maxLength: 40 })
    .map((bytes): ListenCommand => ({ type: 'audio', chunk: { format, bytes, firstSample: 0 } })),
  fc.constantFrom<ListenCommand>({ type: 'finalize' }, { type: 'keepAlive' }, { type: 'close' }),
);

describe('decoders, given anything', () => {
  it('the speaking client’s never throws, holds its turns together, and says nothing behind the end', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, spoken), { maxLength: 30 }), (steps) => {
        const client = telnyxSpeak.client({ baseUrl: 'ws://h', format });
        const begun = new Set<string>();
        const ended = new Set<string>();
        const events: SpeakEvent[] = [];
        const sent: string[] = [];
        for (const step of steps) {
          if ('type' in step && step.type === 'begin') begun.add(step.turn);
          const out = 'kind' in step ? client.decode(step) : client.encode(step);
          events.push(...out.events);
          sent.push(...out.frames.map((it) => (it.kind === 'text' ? it.text : 'bytes')));
        }
        events.push(...client.closed({ code: 1000, reason: '' }).events);
        expect(events.filter((event) => event.type === 'ready').length).toBeLessThanOrEqual(1);
        for (const event of events) {
          if ('turn' in event && event.turn !== undefined) expect(begun).toContain(event.turn);
          if (event.type === 'ended') ended.add(event.turn);
        }
        const last = sent.findIndex((text) => text === '{"text":""}' || text === '{"force":true}');
        // An interruption may follow the end; nothing else follows either.
        if (last >= 0) expect(sent.slice(last + 1).filter((text) => text !== '{"force":true}')).toEqual([]);
        expect(sent.filter((text) => text === '{"text":" "}').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('the listening client’s never throws, and sends no empty frame', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, listened), { maxLength: 30 }), (steps) => {
        const client = telnyxListen.client({ baseUrl: 'ws://h', format, interim: true });
        for (const step of steps) {
          const { frames } = 'kind' in step ? client.decode(step) : client.encode(step);
          for (const out of frames) expect(out.kind === 'text' ? out.text.length : out.bytes.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(['', 'audio_format=wav', 'audio_format=linear16'])('the speaking server’s never throws (%s)', (query) => {
    const found = telnyxSpeak.endpoint.match(new URL(`ws://h/v2/text-to-speech/speech?${query}`), {}, []);
    if (found === undefined || 'status' in found) throw new Error('no match');
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), fc.boolean(), (frames, initialised) => {
        const server = telnyxSpeak.server(found.settings, style);
        if (initialised) server.decode({ kind: 'text', text: '{"text":" "}' });
        const requests = frames.flatMap((input) => server.decode(input).events);
        for (const request of requests) {
          if (request.type === 'reject') expect(request.fault.message).toMatch(/^.{5,400}$/s);
        }
        expect(requests.filter(({ type }) => type === 'end').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  it.each(['input_format=wav', 'input_format=linear16&sample_rate=16000', 'input_format=x'])(
    'the listening server’s never throws (%s)',
    (query) => {
      const found = telnyxListen.endpoint.match(new URL(`ws://h/v2/speech-to-text/transcription?${query}`), {}, []);
      if (found === undefined || 'status' in found) throw new Error('no match');
      fc.assert(
        fc.property(fc.array(frame, { maxLength: 20 }), (frames) => {
          const server = telnyxListen.server(found.settings, style);
          const requests = [server.opened(), ...frames.map((input) => server.decode(input))].flatMap((it) => it.events);
          const first = requests.findIndex(({ type }) => type === 'audio');
          if (first >= 0) expect(requests.slice(0, first).map(({ type }) => type)).toContain('configure');
          expect(requests.filter(({ type }) => type === 'configure').length).toBeLessThanOrEqual(1);
        }),
        { numRuns: 200 },
      );
    },
  );
});
