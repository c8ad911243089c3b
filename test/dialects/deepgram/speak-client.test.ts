import { beforeEach, describe, expect, it } from 'vitest';
import { excessiveFlush } from '../../../src/dialects/deepgram/closes.ts';
import { TestClient, types } from './speaking.ts';

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
  client.told({ type: 'Metadata', request_id: 'r' });
});

const flushed = (n = 0) => client.told({ type: 'Flushed', sequence_id: n });
const cleared = (n = 0) => client.told({ type: 'Cleared', sequence_id: n });
const refused = () => client.told({ type: 'Warning', warn_code: excessiveFlush.code, warn_msg: 'too many' });

describe('a client', () => {
  it('says nothing at open: all is in the URL', () => {
    expect(new TestClient().peer.opened()).toEqual({ frames: [], events: [] });
  });

  it('has no word of its own for keeping alive, nor for the beginning of a turn', () => {
    expect(client.sent({ type: 'keepAlive' })).toEqual([]);
    expect(client.sent({ type: 'begin', turn: 'a' })).toEqual([]);
  });

  it('is ready once', () => {
    expect(client.told({ type: 'Metadata', request_id: 'r2' })).toEqual([{ type: 'note', name: 'metadata' }]);
  });

  it('is not ready for sound that is of no turn', () => {
    client = new TestClient();
    expect(types(client.heard(1, 0))).toEqual(['warning', 'note']);
    client.speak('a');
    expect(types(client.heard(1, 0))).toEqual(['ready', 'audio']);
  });

  it('says nothing of turns that it does not know', () => {
    expect(client.sent({ type: 'text', turn: 'x', text: 'Hi', throughChar: 2 })).toEqual([]);
    expect(client.sent({ type: 'flush', turn: 'x' })).toEqual([]);
    expect(client.sent({ type: 'end', turn: 'x' })).toEqual([]);
    expect(client.sent({ type: 'interrupt', turn: 'x' })).toEqual([]);
  });

  it('ends a turn without a text by itself', () => {
    client.sent({ type: 'begin', turn: 'a' });
    expect(client.peer.encode({ type: 'end', turn: 'a' })).toEqual({
      frames: [],
      events: [{ type: 'ended', turn: 'a', why: 'done' }],
    });
  });

  it('has every flush answered in its turn, two of them in a row as well', () => {
    client.text('a');
    client.sent({ type: 'flush', turn: 'a' });
    client.sent({ type: 'text', turn: 'a', text: ' Ho.', throughChar: 7 });
    client.sent({ type: 'flush', turn: 'a' });
    client.sent({ type: 'end', turn: 'a' });
    expect(flushed(0)).toEqual([{ type: 'progress', turn: 'a', throughChar: 3 }]);
    expect(flushed(1)).toEqual([
      { type: 'progress', turn: 'a', throughChar: 7 },
      { type: 'ended', turn: 'a', why: 'done' },
    ]);
    expect(types(flushed(2))).toEqual(['note']);
  });
});

describe('an interruption', () => {
  it('of a turn that has said nothing is nobody’s business', () => {
    client.sent({ type: 'begin', turn: 'a' });
    expect(client.peer.encode({ type: 'interrupt', turn: 'a' })).toEqual({
      frames: [],
      events: [{ type: 'ended', turn: 'a', why: 'interrupted' }],
    });
  });

  it('is one Clear, and one Cleared ends it', () => {
    client.speak('a');
    expect(client.sent({ type: 'interrupt', turn: 'a' })).toEqual([{ type: 'Clear' }]);
    expect(types(client.heard(1, 0))).toEqual(['late']);
    expect(cleared()).toEqual([{ type: 'ended', turn: 'a', why: 'interrupted' }]);
    expect(types(cleared(1))).toEqual(['note']);
  });

  it('ends those behind it too, and each Cleared is of the oldest', () => {
    client.speak('a');
    client.speak('b');
    client.sent({ type: 'interrupt', turn: 'a' });
    client.speak('c');
    client.sent({ type: 'interrupt', turn: 'c' });
    expect(cleared(0)).toMatchObject([{ turn: 'a' }, { turn: 'b' }]);
    expect(cleared(1)).toMatchObject([{ turn: 'c', why: 'interrupted' }]);
  });

  it('has the errors that come before its answer', () => {
    client.speak('a');
    client.sent({ type: 'interrupt', turn: 'a' });
    client.speak('b');
    const error = { type: 'Error', description: 'no', code: 'NET-0000' };
    expect(client.told(error)).toMatchObject([{ type: 'error', turn: 'a' }]);
    cleared();
    expect(client.told(error)).toMatchObject([{ type: 'error', turn: 'b' }]);
  });

  it('leaves the next turn its own sound and its own acknowledgement', () => {
    client.speak('a');
    client.sent({ type: 'interrupt', turn: 'a' });
    client.speak('b');
    expect(types(client.heard(1, 0))).toEqual(['late']);
    expect(flushed(0)).toEqual([{ type: 'note', name: 'flushed', detail: { dropped: true } }]);
    cleared(1);
    expect(client.heard(2, 0)).toMatchObject([{ type: 'audio', turn: 'b', chunk: { firstSample: 0 } }]);
    expect(flushed(2)).toMatchObject([
      { type: 'progress', turn: 'b' },
      { type: 'ended', why: 'done' },
    ]);
  });
});

describe('a flush that is refused', () => {
  it('is a warning while another one can still speak its text', () => {
    client.text('a', 'One. ');
    client.sent({ type: 'flush', turn: 'a' });
    expect(refused()).toEqual([{ type: 'warning', code: 'EXCESSIVE_FLUSH', message: 'too many' }]);
    expect(client.sent({ type: 'end', turn: 'a' })).toEqual([{ type: 'Flush' }]);
    expect(flushed()).toMatchObject([{ throughChar: 5 }, { why: 'done' }]);
  });

  it('is not answered with the next answer: that is of the flush before', () => {
    client.text('a', 'One. ');
    client.sent({ type: 'flush', turn: 'a' });
    client.sent({ type: 'text', turn: 'a', text: 'Two.', throughChar: 9 });
    client.sent({ type: 'flush', turn: 'a' });
    refused();
    expect(flushed()).toEqual([{ type: 'progress', turn: 'a', throughChar: 5 }]);
  });

  it('is an error, with what to do, where no other will follow', () => {
    client.speak('a');
    const [event, ...more] = refused();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ type: 'error', turn: 'a', fault: { code: 'E_RATE_LIMIT', message: 'too many' } });
    expect(event?.type === 'error' && event.fault.todo).toContain('20 flushes in 60 s');
  });

  it('that nobody has sent is a warning, and so is every other', () => {
    expect(types(refused())).toEqual(['warning']);
    client.speak('a');
    expect(types(client.told({ type: 'Warning', code: 'OTHER', description: 'd' }))).toEqual(['warning']);
    expect(flushed()).toMatchObject([{ type: 'progress' }, { type: 'ended' }]);
  });
});

describe('a close', () => {
  it.each([
    [1008, 'DATA-0001', 'E_RATE_LIMIT'],
    [1009, 'BIG-0001: too long', 'E_REQUEST'],
    [1011, 'NET-0003', 'E_CLOSED'],
  ])('with %i %s is told as %s, of the connection', (code, reason, error) => {
    client.speak('a');
    expect(client.closed(code, reason)).toMatchObject([{ type: 'error', fault: { code: error } }]);
    expect(client.closed(code, reason)[0]).not.toHaveProperty('turn');
  });

  it('ends what was being interrupted, and says then what it was', () => {
    client.speak('a');
    client.sent({ type: 'interrupt', turn: 'a' });
    expect(types(client.closed(1011, 'NET-0000'))).toEqual(['ended', 'error']);
  });

  it('that is a normal one answers no flush: each has its `Flushed`, and without it something is lost', () => {
    client.speak('a');
    client.heard(1, 0);
    expect(client.closed(1000)).toEqual([]);
  });
});
