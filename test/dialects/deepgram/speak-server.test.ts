import { beforeEach, describe, expect, it } from 'vitest';
import type { SpeakEvent } from '../../../src/speech/speak.ts';
import { settings, TestServer } from './speaking.ts';

let server: TestServer;
beforeEach(() => {
  server = new TestServer();
});

const speak = (text: string) => server.asked({ type: 'Speak', text });
const interrupted = (turn: string): SpeakEvent => ({ type: 'ended', turn, why: 'interrupted' });

describe('a server', () => {
  it('has its settings at open, and leaves the choice of the engine to the voice', () => {
    const step = server.peer.opened();
    expect(step.frames).toEqual([]);
    expect(step.events).toMatchObject([{ type: 'configure', settings: { ...settings, voice: 'aura-2-thalia-en' } }]);
    expect(JSON.stringify(step.events)).not.toContain('"model"');
  });

  it('greets with every field that clients read', () => {
    expect(server.said({ type: 'ready', sessionId: 's' })).toEqual([
      {
        type: 'Metadata',
        request_id: 's',
        model_name: 'aura-2-thalia-en',
        model_version: 'voxwire',
        model_uuid: '00000000-0000-0000-0000-000000000000',
      },
    ]);
  });

  it('counts the characters of a turn, and begins it with its first text or flush', () => {
    expect(speak('One. ')).toEqual([
      { type: 'begin', turn: 't1' },
      { type: 'text', turn: 't1', text: 'One. ', throughChar: 5 },
    ]);
    expect(speak('Two.')).toEqual([{ type: 'text', turn: 't1', text: 'Two.', throughChar: 9 }]);
    expect(new TestServer().asked({ type: 'Flush' })).toEqual([
      { type: 'begin', turn: 't1' },
      { type: 'flush', turn: 't1' },
    ]);
  });

  it('numbers acknowledgements of both kinds in one row, from 0', () => {
    speak('One.');
    const progress: SpeakEvent = { type: 'progress', turn: 't1', throughChar: 4 };
    expect(server.said(progress)).toEqual([{ type: 'Flushed', sequence_id: 0 }]);
    server.asked({ type: 'Clear' });
    expect(server.said(interrupted('t1'))).toEqual([{ type: 'Cleared', sequence_id: 1 }]);
    expect(server.said(progress)).toEqual([{ type: 'Flushed', sequence_id: 2 }]);
    expect(server.answered({ type: 'Clear' })).toEqual([{ type: 'Cleared', sequence_id: 3 }]);
  });

  it('begins another turn after a Clear', () => {
    speak('One.');
    expect(server.asked({ type: 'Clear' })).toEqual([{ type: 'interrupt', turn: 't1' }]);
    expect(speak('Two.')[0]).toEqual({ type: 'begin', turn: 't2' });
    expect(speak('Three.')).toMatchObject([{ turn: 't2', throughChar: 10 }]);
  });

  it('says nothing for what Deepgram has no message for', () => {
    const events: SpeakEvent[] = [
      { type: 'words', turn: 't1', items: [] },
      { type: 'ended', turn: 't1', why: 'done' },
      { type: 'note', name: 'x' },
      { type: 'unknown', name: 'x' },
      { type: 'malformed', why: 'x' },
    ];
    expect(events.flatMap((event) => server.said(event))).toEqual([]);
    expect(server.peer.closed({ code: 1000, reason: '' })).toEqual({ frames: [], events: [] });
  });
});

describe('Close', () => {
  it('of a session that has said nothing closes it', () => {
    expect(server.asked({ type: 'Close' })).toEqual([{ type: 'close' }]);
  });

  it('speaks what was not flushed, and only that', () => {
    speak('One.');
    expect(server.asked({ type: 'Close' })).toEqual([
      { type: 'flush', turn: 't1' },
      { type: 'end', turn: 't1' },
      { type: 'close' },
    ]);
    server = new TestServer();
    speak('One.');
    server.asked({ type: 'Flush' });
    expect(server.asked({ type: 'Close' })).toEqual([{ type: 'end', turn: 't1' }, { type: 'close' }]);
  });

  it('does not speak what was cleared', () => {
    speak('One.');
    server.asked({ type: 'Clear' });
    expect(server.asked({ type: 'Close' })).toEqual([{ type: 'close' }]);
  });

  it('is the last that is read', () => {
    server.asked({ type: 'Close' });
    expect([speak('late'), server.asked({ type: 'Shout' }), server.asked({ type: 'Close' })]).toEqual([[], [], []]);
  });
});

describe('what is no message', () => {
  it.each([
    [{ type: 'Shout' }, /but received "Shout"/],
    [{ type: 'speak', text: 'x' }, /but received "speak"/],
    [{ text: 'x' }, /but received undefined/],
    [{ type: 'Speak', text: 7 }, /^text: /],
    [[], /not an object/],
  ])('%o is rejected, and closes the connection', (message, why) => {
    const [request, ...more] = server.asked(message);
    if (request?.type !== 'reject') throw new Error('it was not rejected');
    expect(more).toEqual([]);
    expect(request.fault.message).toMatch(why);
    expect(server.peer.encode({ type: 'error', fault: request.fault })).toEqual({
      frames: [],
      events: [{ type: 'hangUp', code: 1008, reason: 'DATA-0000: the message is no valid command' }],
    });
  });

  it('fields that nobody knows are none of that', () => {
    expect(server.asked({ type: 'Flush', id: 1, voice: 'x' }).map(({ type }) => type)).toEqual(['begin', 'flush']);
  });
});
