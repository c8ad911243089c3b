import { beforeEach, describe, expect, it } from 'vitest';
import { wavHeader } from '../../../src/audio/wav-header.ts';
import { TestClient, types } from './client.ts';

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
});

describe('an interruption', () => {
  it('of a turn that sent nothing needs no message', () => {
    client.step({ type: 'begin', turn: 'a' });
    expect(client.step({ type: 'interrupt', turn: 'a' })).toEqual({
      frames: [],
      events: [{ type: 'ended', turn: 'a', why: 'interrupted' }],
    });
  });

  it('of a turn that is over, or was interrupted before, does not touch the others', () => {
    client.speak('a');
    client.told({ type: 'flushed' });
    client.speak('b');
    expect(client.step({ type: 'interrupt', turn: 'a' })).toEqual({ frames: [], events: [] });
    expect(client.sent({ type: 'interrupt', turn: 'b' })).toEqual([{ type: 'cancel' }, { type: 'clear' }]);
    expect(client.sent({ type: 'interrupt', turn: 'b' })).toEqual([]);
  });

  it('takes the turns queued behind with it, for clear has no id', () => {
    client.speak('a');
    client.speak('b');
    client.step({ type: 'interrupt', turn: 'a' });
    expect(client.told({ type: 'cleared' })).toEqual([
      { type: 'ended', turn: 'a', why: 'interrupted' },
      { type: 'ended', turn: 'b', why: 'interrupted' },
    ]);
  });

  it('leaves a turn that has only begun', () => {
    client.speak('a');
    client.step({ type: 'begin', turn: 'b' });
    client.step({ type: 'interrupt', turn: 'a' });
    expect(types(client.told({ type: 'cleared' }))).toEqual(['ended']);
    client.step({ type: 'text', turn: 'b', text: 'Hi', throughChar: 2 });
    expect(client.heard(1, 0).at(-1)).toMatchObject({ type: 'audio', turn: 'b' });
  });

  it('drops audio, words and acknowledgements until it is answered', () => {
    client.told({ type: 'ready' });
    client.speak('a');
    client.step({ type: 'interrupt', turn: 'a' });
    client.speak('b');
    expect(client.heard(1, 0)).toEqual([{ type: 'late', turn: 'a', bytes: 2 }]);
    expect(client.told({ type: 'flushed' })).toEqual([{ type: 'note', name: 'flushed', detail: { dropped: true } }]);
    const words = { words: ['x'], start: [0], end: [1] };
    expect(client.told({ type: 'timestamps', word_timestamps: words })).toMatchObject([{ name: 'dropped_words' }]);
    client.told({ type: 'cleared' });
    expect(client.heard(7, 0)).toMatchObject([{ type: 'audio', turn: 'b', chunk: { firstSample: 0 } }]);
    expect(types(client.told({ type: 'flushed' }))).toEqual(['progress', 'ended']);
  });

  it('takes text of its turn that comes too late for nothing', () => {
    client.speak('a');
    client.step({ type: 'interrupt', turn: 'a' });
    const late = client.step({ type: 'text', turn: 'a', text: 'more', throughChar: 8 });
    expect(late.frames).toEqual([]);
    expect(types(late.events)).toEqual(['note']);
  });

  it('learns from one error that cancel is not known, and passes the next error on', () => {
    client.speak('a');
    client.step({ type: 'interrupt', turn: 'a' });
    const error = { type: 'error', code: 'invalid_request', message: 'unknown type' };
    expect(client.told(error)).toEqual([
      { type: 'warning', code: 'cancel_refused', message: 'unknown type', learned: { interruptWith: 'clear' } },
    ]);
    expect(client.told(error)).toMatchObject([{ type: 'error', turn: 'a' }]);
    client.told({ type: 'cleared' });
    client.speak('b');
    expect(client.sent({ type: 'interrupt', turn: 'b' })).toEqual([{ type: 'clear' }]);
    expect(client.told(error)).toMatchObject([{ type: 'error', turn: 'b' }]);
  });

  it.each(['auth_error', 'rate_limit'])('never takes %s for the answer to cancel', (code) => {
    client.speak('a');
    client.step({ type: 'interrupt', turn: 'a' });
    expect(client.told({ type: 'error', code, message: 'm' })).toMatchObject([{ type: 'error', turn: 'a' }]);
    expect(client.sent({ type: 'interrupt', turn: 'a' })).toEqual([]);
  });

  it('with clear alone swallows no error', () => {
    client = new TestClient({ interruptWith: 'clear' });
    client.speak('a');
    expect(client.sent({ type: 'interrupt', turn: 'a' })).toEqual([{ type: 'clear' }]);
    expect(types(client.told({ type: 'error', code: 'config_error', message: 'm' }))).toEqual(['error']);
  });
});

describe('ready', () => {
  it('is told once', () => {
    expect(client.told({ type: 'READY', session_id: 's' })).toEqual([{ type: 'ready', sessionId: 's' }]);
    expect(client.told({ type: 'Metadata', request_id: 'r' })).toEqual([{ type: 'note', name: 'metadata' }]);
  });

  it('is taken from audio where no message says it, and a message afterwards is only noted', () => {
    client.speak('a');
    expect(types(client.heard(1, 0))).toEqual(['ready', 'audio']);
    expect(types(client.heard(1, 0))).toEqual(['audio']);
    expect(types(client.told({ type: 'ready', session_id: 's' }))).toEqual(['note']);
  });

  it('is told with init where the route has no message for it, and not again', () => {
    client = new TestClient({ model: 'slng/rime/arcana:3-en' });
    expect(client.step({ type: 'begin', turn: 'a' }).events).toEqual([{ type: 'ready' }]);
    expect(client.step({ type: 'begin', turn: 'b' }).events).toEqual([]);
    client.speak('a');
    expect(types(client.heard(1, 0))).toEqual(['audio']);
    expect(types(client.told({ type: 'ready', session_id: 's' }))).toEqual(['note']);
    client = new TestClient({ model: 'slng/rime/arcana:3-en', route: 'bridge' });
    expect(client.step({ type: 'begin', turn: 'a' }).events).toEqual([]);
  });

  it('is not taken from an acknowledgement alone', () => {
    client.speak('a');
    expect(types(client.told({ type: 'flushed' }))).toEqual(['progress', 'ended']);
    expect(types(client.told({ type: 'ready' }))).toEqual(['ready']);
  });

  it('carries warnings, as objects or as strings', () => {
    const warnings = ['plain', { code: 'c', message: 'object' }, { message: 'bare' }];
    expect(client.told({ type: 'ready', warnings })).toEqual([
      { type: 'ready', warnings: ['plain', 'object', 'bare'] },
    ]);
  });

  it('leaves out what is not of its type', () => {
    expect(client.told({ type: 'ready', session_id: 1, warnings: 'no' })).toEqual([{ type: 'ready' }]);
  });
});

describe('audio', () => {
  beforeEach(() => {
    client.told({ type: 'ready' });
    client.speak('a');
  });

  it('in base64 may be without padding, and broken into lines', () => {
    expect(client.told({ type: 'audio_chunk', data: 'AQACAA' })).toMatchObject([{ chunk: { firstSample: 0 } }]);
    expect(client.told({ type: 'audio_chunk', data: 'AQAC\r\nAAMA' })).toMatchObject([{ chunk: { firstSample: 2 } }]);
  });

  it('that makes no sample yet gives no event', () => {
    expect(client.heard(1)).toEqual([]);
    expect(client.heard(0)).toMatchObject([{ type: 'audio', chunk: { bytes: Uint8Array.of(1, 0) } }]);
    expect(client.told({ type: 'audio_chunk', data: '' })).toEqual([]);
  });

  it('with the wrong header warns once, not at every sentence', () => {
    const wav = [...wavHeader({ encoding: 'linear16', sampleRateHz: 8000, channels: 1 }, 'stream'), 1, 0];
    expect(types(client.heard(...wav))).toEqual(['warning', 'audio']);
    expect(types(client.heard(...wav))).toEqual(['audio']);
  });

  it('that no turn is open for is counted, and warned of once', () => {
    client.told({ type: 'flushed' });
    expect(types(client.heard(1, 0))).toEqual(['warning', 'note']);
    expect(types(client.heard(1, 0))).toEqual(['note']);
  });
});

describe('pronunciation', () => {
  it('that cannot be unset is warned of', () => {
    client.step({ type: 'begin', turn: 'a', settings: { pronunciation: { name: 'one' } } });
    client.step({ type: 'text', turn: 'a', text: 'Hi', throughChar: 2 });
    client.step({ type: 'begin', turn: 'b' });
    const text = { type: 'text', turn: 'b', text: 'Hi', throughChar: 2 } as const;
    expect(client.step(text).events).toMatchObject([{ type: 'warning', code: 'pronunciation_stays' }]);
    expect(client.step(text).events).toEqual([]);
  });

  it('of the session is not said again with every turn', () => {
    client = new TestClient({ pronunciation: { name: 'all' } });
    for (const turn of ['a', 'b']) {
      client.step({ type: 'begin', turn });
      expect(client.sent({ type: 'text', turn, text: 'Hi', throughChar: 2 })).toEqual([{ type: 'text', text: 'Hi' }]);
    }
  });

  it('of a turn that began before is taken from a second begin', () => {
    client.step({ type: 'begin', turn: 'a' });
    client.step({ type: 'begin', turn: 'a', settings: { pronunciation: { id: 'x' } } });
    expect(client.sent({ type: 'text', turn: 'a', text: 'Hi', throughChar: 2 })).toEqual([
      { type: 'text', text: 'Hi', pronunciation: { mode: 'rewrite', dictionary_id: 'x' } },
    ]);
  });
});
