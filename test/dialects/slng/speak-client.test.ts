import { beforeEach, describe, expect, it } from 'vitest';
import { TestClient, types } from './client.ts';

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
});

describe('the first message', () => {
  it('waits for the first turn', () => {
    expect(client.opened()).toEqual({ frames: [], events: [] });
    expect(client.sent({ type: 'keepAlive' })).toEqual([]);
    expect(client.sent({ type: 'begin', turn: 'a' })).toMatchObject([{ type: 'init' }]);
    expect(client.sent({ type: 'begin', turn: 'b' })).toEqual([]);
    expect(client.sent({ type: 'keepAlive' })).toEqual([{ type: 'keepalive' }]);
  });

  it.each([
    [{ model: 'deepgram/aura:2' }, { model: 'aura:2' }, 'voice'],
    [{ model: 'deepgram/aura:2', route: 'bridge' }, { model: 'deepgram/aura:2' }, 'voice'],
    [{ model: 'slng/rime/arcana:3-en', route: 'bridge', voice: 'astra' }, { voice: 'astra' }, 'speaker'],
    [{ model: 'rime/arcana:3-en', voice: 'astra' }, { model: 'rime/arcana:3-en', speaker: 'astra' }, 'voice'],
    [{ voice: 'me' }, { model: 'aura:2-en', voice: 'me' }, 'speaker'],
  ])('of %o has %o and no %s', (over, expected, missing) => {
    client = new TestClient(over);
    const [init] = client.sent({ type: 'begin', turn: 'a' });
    expect(init).toMatchObject(expected);
    expect(init).not.toHaveProperty(missing);
  });

  it('says what was asked for, and nothing that was not', () => {
    client = new TestClient({
      format: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 },
      language: 'de',
      speed: 1.2,
      pronunciation: { id: 'pd_1' },
      params: {
        temperature: '0.5',
        name: '"7"',
        big: '1e999',
        flag: 'false',
        obj: '{"a":1}',
        text: 'x y',
        nil: 'null',
      },
    });
    expect(client.sent({ type: 'begin', turn: 'a' })).toMatchObject([
      {
        config: {
          encoding: 'mulaw',
          sample_rate: 8000,
          language: 'de',
          speed: 1.2,
          pronunciation: { mode: 'rewrite', dictionary_id: 'pd_1' },
          temperature: 0.5,
          name: '7',
          big: '1e999',
          flag: false,
          obj: { a: 1 },
          text: 'x y',
          nil: 'null',
        },
      },
    ]);
  });
});

describe('turns', () => {
  it('without text end at once', () => {
    client.step({ type: 'begin', turn: 'a' });
    expect(client.step({ type: 'end', turn: 'a' })).toEqual({
      frames: [],
      events: [{ type: 'ended', turn: 'a', why: 'done' }],
    });
    expect(client.step({ type: 'end', turn: 'a' })).toEqual({ frames: [], events: [] });
  });

  it('whose flushes are all answered end with their end', () => {
    client.step({ type: 'begin', turn: 'a' });
    client.step({ type: 'text', turn: 'a', text: 'Hi', throughChar: 2 });
    client.step({ type: 'flush', turn: 'a' });
    client.heard(1, 0);
    expect(types(client.told({ type: 'flushed' }))).toEqual(['progress']);
    expect(client.step({ type: 'end', turn: 'a' }).events).toEqual([{ type: 'ended', turn: 'a', why: 'done' }]);
  });

  it('whose last text nobody flushed are flushed at their end: no text is lost in silence', () => {
    client.step({ type: 'begin', turn: 'a' });
    client.step({ type: 'text', turn: 'a', text: 'Hi', throughChar: 2 });
    expect(client.sent({ type: 'end', turn: 'a' })).toEqual([{ type: 'flush' }]);
    expect(types(client.told({ type: 'flushed' }))).toEqual(['progress', 'ended']);
  });

  it('that are not there take no text, and nothing is sent', () => {
    for (const type of ['text', 'flush'] as const) {
      const step = client.step({ type, turn: 'x', text: 'Hi', throughChar: 2 });
      expect(step.frames).toEqual([]);
      expect(step.events).toMatchObject([{ type: 'note', name: `${type}_of_no_turn` }]);
    }
  });

  it('report how far their sound is complete, flush by flush', () => {
    client.step({ type: 'begin', turn: 'a' });
    client.step({ type: 'text', turn: 'a', text: 'One.', throughChar: 4 });
    client.step({ type: 'flush', turn: 'a' });
    client.step({ type: 'text', turn: 'a', text: 'Two.', throughChar: 9 });
    client.step({ type: 'flush', turn: 'a' });
    client.heard(1, 0);
    expect(client.told({ type: 'flushed' })).toEqual([{ type: 'progress', turn: 'a', throughChar: 4 }]);
    client.step({ type: 'text', turn: 'a', text: 'Three.', throughChar: 16 });
    client.heard(1, 0);
    expect(client.told({ type: 'flushed' })).toEqual([{ type: 'progress', turn: 'a', throughChar: 9 }]);
  });

  it('number their samples from 0 each', () => {
    client.speak('a');
    client.speak('b');
    client.told({ type: 'ready' });
    client.heard(1, 0, 2, 0);
    client.told({ type: 'flushed' });
    expect(client.heard(3, 0)).toMatchObject([{ type: 'audio', turn: 'b', chunk: { firstSample: 0 } }]);
  });

  it('that stream text ahead of a flush get the audio that comes meanwhile', () => {
    client.told({ type: 'ready' });
    client.step({ type: 'begin', turn: 'empty' });
    client.step({ type: 'begin', turn: 'a' });
    client.step({ type: 'text', turn: 'a', text: 'Hi', throughChar: 2 });
    expect(client.heard(1, 0)).toMatchObject([{ type: 'audio', turn: 'a' }]);
  });
});

describe('acknowledgements', () => {
  const both = ['audio_end', 'flushed'];

  it.each([[both], [[...both].reverse()]])('of two kinds, %o, for each flush count once', (kinds) => {
    client.speak('a');
    client.speak('b');
    client.told({ type: 'ready' });
    client.heard(1, 0);
    expect(types(client.told({ type: kinds[0] }))).toEqual(['progress', 'ended']);
    expect(types(client.told({ type: kinds[1] }))).toEqual(['note']);
    client.heard(1, 0);
    expect(client.told({ type: kinds[0] })).toMatchObject([{ turn: 'b' }, { turn: 'b' }]);
    expect(types(client.told({ type: kinds[1] }))).toEqual(['note']);
  });

  it('of one kind count each, also without audio between', () => {
    client.speak('a');
    client.speak('b');
    expect(types(client.told({ type: 'flushed' }))).toEqual(['progress', 'ended']);
    expect(types(client.told({ type: 'flushed' }))).toEqual(['progress', 'ended']);
    expect(types(client.told({ type: 'flushed' }))).toEqual(['note']);
  });

  it('of both kinds for flushes without sound count once each', () => {
    client.speak('a');
    client.speak('b');
    const all = ['audio_end', 'flushed', 'audio_end', 'flushed'].map((type) => types(client.told({ type })));
    expect(all).toEqual([['progress', 'ended'], ['note'], ['progress', 'ended'], ['note']]);
  });

  it('are told apart from what nobody asked for', () => {
    expect(client.told({ type: 'flushed' })).toEqual([{ type: 'note', name: 'flushed' }]);
  });
});

describe('a close', () => {
  it.each([1000, 1005])('with %i after audio is the answer to the oldest flush', (code) => {
    client.speak('a');
    client.speak('b');
    client.heard(1, 0);
    expect(client.closed(code)).toEqual([
      { type: 'progress', turn: 'a', throughChar: 3 },
      { type: 'ended', turn: 'a', why: 'done' },
    ]);
  });

  it('before any audio, after an answer, or with another code, answers nothing', () => {
    client.speak('a');
    expect(client.closed(1000)).toEqual([]);
    client.heard(1, 0);
    expect(client.closed(1006)).toEqual([]);
    expect(client.closed(1011)).toEqual([]);
    client.speak('b');
    client.told({ type: 'flushed' });
    expect(client.closed(1000)).toEqual([]);
  });

  it('ends what was being interrupted', () => {
    client.speak('a');
    client.heard(1, 0);
    client.step({ type: 'interrupt', turn: 'a' });
    client.speak('b');
    client.step({ type: 'interrupt', turn: 'b' });
    expect(client.closed(1006)).toEqual([
      { type: 'ended', turn: 'a', why: 'interrupted' },
      { type: 'ended', turn: 'b', why: 'interrupted' },
    ]);
    expect(client.closed(1006)).toEqual([]);
  });

  it('says that the last sample was not whole', () => {
    client.speak('a');
    client.heard(1, 0, 2);
    expect(client.closed(1000)).toMatchObject([
      { type: 'warning', code: 'odd_byte' },
      { type: 'progress' },
      { type: 'ended' },
    ]);
  });
});
