import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slngSpeak } from '../../../src/dialects/slng/index.ts';
import { clientTypes, serverTypes } from '../../../src/dialects/slng/speak-messages.ts';
import type { ServerStyle } from '../../../src/speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../../../src/speech/speak.ts';
import type { Frame } from '../../../src/transport/transport.ts';
import { speakFixtures } from '../../support/wire-fixture.ts';
import { frameOf } from '../script.ts';

const settings: SpeakSettings = { baseUrl: 'ws://h', format: slngSpeak.traits.defaults.format };
const style: ServerStyle = { audio: 'json', casing: 'slng', end: 'flushed', cancel: 'known' };

const documented: Frame[] = speakFixtures('slng').flatMap(({ lines }) =>
  lines.flatMap((line) => {
    const frame = frameOf(line);
    return frame === undefined ? [] : [frame];
  }),
);

/** Member names that mean something, so that random objects come near to real ones. */
const names = [
  'type',
  'text',
  'data',
  'audio',
  'sequence',
  'flush',
  'config',
  'code',
  'message',
  'word_timestamps',
  'isFinal',
  'session_id',
  'warnings',
  'voice',
  'pronunciation',
  '__proto__',
  'constructor',
];
const types = [...clientTypes, ...serverTypes, 'Metadata', 'FLUSHED', 'hasOwnProperty', ''];

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...types),
  fc.jsonValue({ maxDepth: 2 }),
  fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 1 })),
  fc.base64String(),
);
const message = fc
  .tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...names), value))
  .map(([type, fields]) => JSON.stringify({ ...fields, type }));

/** A real message with one stretch of it replaced. */
const mutated = fc
  .tuple(fc.constantFrom(...documented), fc.nat(), fc.nat({ max: 8 }), fc.string({ maxLength: 8 }))
  .map(([frame, at, length, put]): Frame => {
    if (frame.kind === 'binary')
      return { kind: 'binary', bytes: Uint8Array.from([...frame.bytes, ...Buffer.from(put)]) };
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
const command: fc.Arbitrary<SpeakCommand> = fc.oneof(
  turn.map((id): SpeakCommand => ({ type: 'begin', turn: id })),
  fc.tuple(turn, fc.nat()).map(([id, at]): SpeakCommand => ({ type: 'text', turn: id, text: 'Hi', throughChar: at })),
  fc.tuple(turn, fc.constantFrom('flush', 'end', 'interrupt')).map(([id, type]): SpeakCommand => ({ type, turn: id })),
  fc.constantFrom<SpeakCommand>({ type: 'keepAlive' }, { type: 'close' }),
);

describe('decoders, given anything', () => {
  it('the client’s never throws, and holds its turns together', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, command), { maxLength: 30 }), (steps) => {
        const client = slngSpeak.client(settings);
        const begun = new Set<string>();
        const events: SpeakEvent[] = [];
        for (const step of steps) {
          if ('type' in step && step.type === 'begin') begun.add(step.turn);
          events.push(...('kind' in step ? client.decode(step) : client.encode(step)).events);
        }
        events.push(...client.closed({ code: 1000, reason: '' }).events);
        expect(events.filter((event) => event.type === 'ready').length).toBeLessThanOrEqual(1);
        for (const event of events) {
          if ('turn' in event && event.turn !== undefined) expect(begun).toContain(event.turn);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the server’s never throws, rejects in words, and its answers are JSON', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), fc.boolean(), (frames, initialised) => {
        const server = slngSpeak.server(settings, style);
        if (initialised) server.decode({ kind: 'text', text: '{"type":"init"}' });
        for (const step of frames.map((input) => server.decode(input))) {
          for (const request of step.events) {
            if (request.type === 'reject') expect(request.fault.message).toMatch(/^.{5,400}$/);
          }
          for (const out of step.frames) expect(out.kind === 'text' && JSON.parse(out.text)).toHaveProperty('type');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('what the server says of an event, the client reads as that event', () => {
    const spoken = fc.record({ text: fc.string(), startMs: fc.nat(100_000), endMs: fc.nat(100_000) });
    const event: fc.Arbitrary<SpeakEvent> = fc.oneof(
      fc.array(spoken, { maxLength: 5 }).map((items): SpeakEvent => ({ type: 'words', turn: 'a', items })),
      fc.tuple(fc.string(), fc.string()).map(([code, text]): SpeakEvent => ({ type: 'warning', code, message: text })),
      fc
        .uint8Array({ minLength: 2, maxLength: 40 })
        .map((bytes) => bytes.subarray(0, bytes.length - (bytes.length % 2)))
        .filter((bytes) => bytes[0] !== 0x52)
        .map(
          (bytes): SpeakEvent => ({
            type: 'audio',
            turn: 'a',
            chunk: { format: settings.format, bytes, firstSample: 0 },
          }),
        ),
    );
    fc.assert(
      fc.property(
        event,
        fc.constantFrom('slng', 'deepgram'),
        fc.constantFrom('binary', 'json'),
        (said, casing, wire) => {
          const server = slngSpeak.server(settings, { ...style, casing, audio: wire });
          const client = slngSpeak.client(settings);
          client.decode({ kind: 'text', text: '{"type":"ready"}' });
          client.encode({ type: 'begin', turn: 'a' });
          client.encode({ type: 'text', turn: 'a', text: 'Hi', throughChar: 2 });
          const heard = server.encode(said).frames.flatMap((out) => client.decode(out).events);
          expect(heard.filter((got) => got.type !== 'note').map(plain)).toEqual([plain(said)]);
        },
      ),
    );
  });
});

/** With bytes as numbers: base64 is decoded to a Buffer, which is written otherwise. */
function plain(event: SpeakEvent): unknown {
  return event.type === 'audio' ? { ...event, chunk: { ...event.chunk, bytes: [...event.chunk.bytes] } } : event;
}
