import { describe, expect, it } from 'vitest';
import type { SpeakService } from '../../../src/speech/service.ts';
import type { SpeakEvent } from '../../../src/speech/speak.ts';
import { type SpeakFixture, speakFixtures } from '../../support/wire-fixture.ts';
import { altered, rejects } from '../broken.ts';
import { checkFixture } from '../contract.ts';
import { replayFixture } from '../replay.ts';
import { isRecord } from '../script.ts';
import { cartesia } from './cartesia.ts';
import { elevenlabs } from './elevenlabs.ts';

/** By its members, what every frame of these protocols is. */
const kinds: Record<string, Record<string, (frame: Record<string, unknown>) => boolean>> = {
  elevenlabs: {
    'a context begins': ({ text, context_id: id }) => text === ' ' && typeof id === 'string',
    text: ({ text, context_id: id }) => typeof text === 'string' && text.trim() !== '' && typeof id === 'string',
    flush: ({ flush }) => flush === true,
    'a context is kept alive': ({ text, context_id: id }) => text === '' && typeof id === 'string',
    'a context is closed': ({ close_context: closes }) => closes === true,
    'the socket is closed': ({ close_socket: closes }) => closes === true,
    audio: ({ audio, contextId }) => typeof audio === 'string' && typeof contextId === 'string',
    alignment: ({ alignment }) => isRecord(alignment),
    'a context’s end': ({ isFinal }) => isFinal === true,
    error: ({ error }) => typeof error === 'string',
  },
  cartesia: {
    input: ({ transcript, continue: goesOn }) => typeof transcript === 'string' && goesOn === true,
    'last input': ({ continue: goesOn }) => goesOn === false,
    flush: ({ flush }) => flush === true,
    cancel: ({ cancel }) => cancel === true,
    ...Object.fromEntries(
      ['chunk', 'timestamps', 'flush_done', 'done', 'error'].map((name) => [name, ({ type }) => type === name]),
    ),
    'an error of 2026-03': ({ error_code: code }) => typeof code === 'string',
    'an error of 2024-11': ({ type, error }) => type === 'error' && typeof error === 'string',
  },
};

function eventsOf(fixtures: readonly SpeakFixture[]): unknown[] {
  return fixtures.flatMap(({ lines }) => lines.flatMap((line) => ('event' in line ? [line.event] : [])));
}

for (const service of [elevenlabs, cartesia]) {
  const fixtures = speakFixtures(service.name);
  describe(`${service.name}, which is not shipped, goes through the same seam`, () => {
    it.each(fixtures.map((fixture) => [fixture.header.scenario, fixture] as const))('%s', async (_, fixture) => {
      expect(checkFixture(service, fixture)).toEqual([]);
      expect(await replayFixture(service, fixture)).toEqual([]);
    });

    it.each(Object.entries(kinds[service.name] ?? {}))('has a transcript with every kind of frame: %s', (_, is) => {
      const frames = fixtures.flatMap(({ lines }) =>
        lines.flatMap((line) => ('json' in line && isRecord(line.json) ? [line.json] : [])),
      );
      expect(frames.filter(is)).not.toEqual([]);
    });

    it('speaks several turns at once, with the times of words', () => {
      const interleaved = fixtures.filter(({ header }) => header.scenario === 'two-contexts');
      const turns = eventsOf(interleaved).flatMap((event) =>
        isRecord(event) && event.type === 'audio' ? [event.turn] : [],
      );
      expect(turns).toEqual(['a', 'b', 'a', 'b']);
      expect(eventsOf(fixtures)).toContainEqual(expect.objectContaining({ type: 'words' }));
      expect(service.traits).toMatchObject({ contexts: true, interrupt: 'id' });
    });

    it('has no server', () => {
      const style = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' } as const;
      expect(() => service.server({ ...service.traits.defaults }, style)).toThrow('no server');
    });
  });

  const hearing = (change: (event: SpeakEvent) => readonly SpeakEvent[]): SpeakService => ({
    ...service,
    client: (settings) =>
      altered(service.client(settings), (step) => ({ ...step, events: step.events.flatMap(change) })),
  });
  describe(`the suite rejects a ${service.name} that is broken on purpose`, () => {
    rejects(
      [
        {
          what: 'one that takes all sound for the first turn’s',
          service: hearing((event) => (event.type === 'audio' ? [{ ...event, turn: 'a' }] : [event])),
          way: 'clientDecode',
        },
        {
          what: 'one without words',
          service: hearing((event) => (event.type === 'words' ? [] : [event])),
          way: 'clientDecode',
        },
        {
          what: 'one that lets the sound of an interrupted turn through as unknown',
          service: hearing((event) =>
            event.type === 'note' && event.name === 'dropped_audio' ? [{ type: 'unknown', name: 'x' }] : [event],
          ),
          way: 'clientDecode',
        },
      ],
      fixtures,
    );
  });
}
