import { beforeEach, describe, expect, it } from 'vitest';
import { settings, TestServer } from './server.ts';

let server: TestServer;
beforeEach(() => {
  server = new TestServer();
});

describe('init', () => {
  it('gives the settings, over those of the upgrade', () => {
    const message = {
      type: 'Init',
      model: 'ignored',
      voice: 'v',
      surprise: { a: 1 },
      config: {
        sample_rate: 8000,
        encoding: 'mulaw',
        language: 'de',
        speed: 0.5,
        pronunciation: { mode: 'rewrite', dictionary_id: 'pd' },
        temperature: 1,
      },
    };
    expect(server.asked(message)).toEqual([
      {
        type: 'configure',
        settings: {
          ...settings,
          voice: 'v',
          language: 'de',
          speed: 0.5,
          pronunciation: { id: 'pd' },
          format: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 },
        },
      },
    ]);
  });

  it.each([
    [{}, settings.format],
    [{ config: {} }, settings.format],
    [{ config: { encoding: 'pcm' } }, settings.format],
    [{ config: { encoding: 'opus', sample_rate: 48_000 } }, { encoding: 'opus', sampleRateHz: 48_000, channels: 1 }],
  ])('of %o has the format %o', (over, format) => {
    expect(server.asked({ type: 'init', ...over })).toMatchObject([{ type: 'configure', settings: { format } }]);
  });

  it('takes rime’s speaker and livekit’s language', () => {
    expect(server.asked({ type: 'init', speaker: 's', language: 'fr' })).toMatchObject([
      { settings: { voice: 's', language: 'fr' } },
    ]);
  });

  it.each([
    [{ config: { sample_rate: 12_345 } }, 'config.sample_rate'],
    [{ config: { sample_rate: '24000' } }, 'config.sample_rate'],
    [{ config: { encoding: 'flac' } }, 'config.encoding'],
    [{ config: { speed: 0 } }, 'config.speed'],
    [{ config: { speed: 'fast' } }, 'config.speed'],
    [{ config: { language: 7 } }, 'config.language'],
    [{ config: 'x' }, 'config'],
    [{ voice: '' }, 'voice'],
    [{ voice: 'v'.repeat(129) }, 'voice'],
    [{ config: { pronunciation: { mode: 'rewrite' } } }, 'config.pronunciation'],
    [{ config: { pronunciation: { mode: 'ipa', name: 'n' } } }, 'config.pronunciation'],
    [{ config: { pronunciation: { mode: 'rewrite', name: 'n', dictionary_id: 'd' } } }, 'config.pronunciation'],
  ])('with %o is rejected, naming %s, and may be sent again', (over, path) => {
    expect(server.rejection({ type: 'init', ...over })).toMatch(new RegExp(`^init: ${path.replace('.', '\\.')}: `));
    expect(server.asked({ type: 'init' })).toMatchObject([{ type: 'configure' }]);
  });

  it('comes once', () => {
    server.asked({ type: 'init' });
    expect(server.rejection({ type: 'init' })).toContain('before');
  });
});

describe('before init', () => {
  it.each(['text', 'flush', 'clear', 'cancel'])('%s is rejected', (type) => {
    expect(server.rejection({ type, text: 'x' })).toBe(`${type} came before init and is ignored`);
  });

  it('keepalive and close are taken', () => {
    expect(server.asked({ type: 'keepalive' })).toEqual([{ type: 'keepAlive' }]);
    expect(server.asked({ type: 'close' })).toEqual([{ type: 'close' }]);
  });
});

describe('text', () => {
  beforeEach(() => {
    server.asked({ type: 'init' });
  });

  it('begins a turn at the start and after an interruption, and counts its characters', () => {
    expect(server.text('One.')).toEqual([
      { type: 'begin', turn: 't1' },
      { type: 'text', turn: 't1', text: 'One.', throughChar: 4 },
    ]);
    expect(server.text(' 😀')).toEqual([{ type: 'text', turn: 't1', text: ' 😀', throughChar: 7 }]);
    expect(server.asked({ type: 'clear' })).toEqual([{ type: 'interrupt', turn: 't1' }]);
    expect(server.text('Two.')).toEqual([
      { type: 'begin', turn: 't2' },
      { type: 'text', turn: 't2', text: 'Two.', throughChar: 4 },
    ]);
  });

  it('may flush', () => {
    expect(server.text('One.', { flush: true }).map((event) => event.type)).toEqual(['begin', 'text', 'flush']);
    expect(server.text('', { flush: true })).toEqual([{ type: 'flush', turn: 't1' }]);
    expect(server.text('', { flush: false })).toEqual([]);
  });

  it('may name a dictionary, which stays in force in later turns', () => {
    const pronunciation = { name: 'n' };
    expect(server.text('One.', { pronunciation: { mode: 'rewrite', name: 'n' } })[0]).toEqual({
      type: 'begin',
      turn: 't1',
      settings: { pronunciation },
    });
    expect(server.text('More.').map((event) => event.type)).toEqual(['text']);
    server.asked({ type: 'clear' });
    expect(server.text('Two.')[0]).toEqual({ type: 'begin', turn: 't2', settings: { pronunciation } });
  });

  it.each([
    [{ text: 7 }, 'text: text'],
    [{}, 'text: text'],
    [{ text: 'x', flush: 'yes' }, 'text: flush'],
    [{ text: 'x', pronunciation: 'n' }, 'text: pronunciation'],
  ])('of %o is rejected', (message, start) => {
    expect(server.rejection({ type: 'text', ...message })).toContain(start);
  });

  it('may be as long as a message', () => {
    expect(server.text('x'.repeat(1_000_000))[1]).toMatchObject({ type: 'text', throughChar: 1_000_000 });
  });
});

describe('an interruption', () => {
  const interrupted = (turn: string) => server.said({ type: 'ended', turn, why: 'interrupted' });

  beforeEach(() => {
    server.asked({ type: 'init' });
  });

  it.each([
    ['cancel', 'clear'],
    ['clear', 'cancel'],
  ])('by %s and then %s is one, answered once, whether the answer comes between them or not', (one, other) => {
    server.text('One.');
    expect(server.asked({ type: one })).toEqual([{ type: 'interrupt', turn: 't1' }]);
    expect(interrupted('t1')).toEqual([{ type: 'cleared' }]);
    server.asked({ type: 'keepalive' });
    expect(server.read({ type: other })).toEqual({ frames: [], events: [] });
    server.text('Two.');
    expect(server.asked({ type: one })).toEqual([{ type: 'interrupt', turn: 't2' }]);
    expect(server.read({ type: other })).toEqual({ frames: [], events: [] });
    expect(interrupted('t2')).toEqual([{ type: 'cleared' }]);
  });

  it('by the same word again, by the other after something else, or by a third word is another', () => {
    expect(server.answered({ type: 'clear' })).toEqual([{ type: 'cleared' }]);
    expect(server.answered({ type: 'clear' })).toEqual([{ type: 'cleared' }]);
    expect(server.answered({ type: 'cancel' })).toEqual([]);
    expect(server.answered({ type: 'clear' })).toEqual([{ type: 'cleared' }]);
    server.text('One.');
    expect(server.asked({ type: 'cancel' })).toEqual([{ type: 'interrupt', turn: 't1' }]);
  });

  it('of nothing is answered at once, behind another one as soon as that is', () => {
    expect(server.read({ type: 'cancel' }).events).toEqual([]);
    server.text('One.');
    server.asked({ type: 'clear' });
    expect(server.read({ type: 'clear' })).toEqual({ frames: [], events: [] });
    server.text('Two.');
    server.asked({ type: 'clear' });
    expect(interrupted('t1')).toEqual([{ type: 'cleared' }]);
    expect(interrupted('t2')).toEqual([{ type: 'cleared' }, { type: 'cleared' }]);
    server.text('Three.');
    server.asked({ type: 'clear' });
    expect(interrupted('t3')).toEqual([{ type: 'cleared' }]);
  });
});

describe('a flush of nothing', () => {
  beforeEach(() => {
    server.asked({ type: 'init' });
  });

  it('is the handler’s to answer, as any other: it begins the turn', () => {
    expect(server.read({ type: 'flush' })).toEqual({
      frames: [],
      events: [
        { type: 'begin', turn: 't1' },
        { type: 'flush', turn: 't1' },
      ],
    });
    expect(server.said({ type: 'progress', turn: 't1', throughChar: 0 })).toEqual([{ type: 'flushed' }]);
    expect(server.text('One.')).toEqual([{ type: 'text', turn: 't1', text: 'One.', throughChar: 4 }]);
  });

  it('right after an interruption belongs to the turn after it', () => {
    server.text('One.');
    server.asked({ type: 'clear' });
    expect(server.asked({ type: 'flush' })).toEqual([
      { type: 'begin', turn: 't2' },
      { type: 'flush', turn: 't2' },
    ]);
  });
});

describe('what is no message', () => {
  it('is rejected with a bounded reason', () => {
    expect(server.rejection({ type: 'x'.repeat(10_000) }).length).toBeLessThan(400);
    expect(server.rejection({ type: 7 })).toContain('type');
    expect(server.rejection([])).toContain('type');
    server = new TestServer({ cancel: 'unknown' });
    server.asked({ type: 'init' });
    expect(server.rejection({ type: 'cancel' })).toBe('unknown message type: cancel');
  });
});
