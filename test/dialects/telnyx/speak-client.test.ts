import { describe, expect, it } from 'vitest';
import { TestClient, types } from './client.ts';

const done = { type: 'ended', turn: 'a', why: 'done' };

describe('what the client says', () => {
  it('is nothing when the socket opens, and the handshake with the first turn', () => {
    const client = new TestClient();
    expect(client.opened()).toEqual({ frames: [], events: [] });
    expect(client.step({ type: 'begin', turn: 'a' })).toEqual({
      frames: [{ kind: 'text', text: '{"text":" "}' }],
      events: [{ type: 'ready' }],
    });
  });

  it.each([
    [{}, { text: ' ' }],
    [{ speed: 1.1 }, { text: ' ', voice_settings: { voice_speed: 1.1 } }],
    [{ params: { disable_cache: 'true' } }, { text: ' ' }],
    [
      { speed: 2, params: { 'voice_settings.pitch': '0.5', 'voice_settings.name': '"7"' } },
      { text: ' ', voice_settings: { voice_speed: 2, pitch: 0.5, name: '7' } },
    ],
  ])('shakes hands with %j', (settings, wanted) => {
    expect(new TestClient(settings).sent({ type: 'begin', turn: 'a' })).toEqual([wanted]);
  });

  it('puts blanks in front of the next words, so that none look like the handshake or the end', () => {
    const client = new TestClient();
    client.step({ type: 'begin', turn: 'a' });
    expect(client.text('a', '')).toEqual([]);
    expect(client.text('a', ' ')).toEqual([]);
    expect(client.text('a', '\n')).toEqual([]);
    expect(client.text('a', 'Hi')).toEqual([{ text: ' \nHi' }]);
    expect(client.text('a', ' there')).toEqual([{ text: ' there' }]);
  });

  it('flushes with a blank, and only where something was said', () => {
    const client = new TestClient();
    client.step({ type: 'begin', turn: 'a' });
    expect(client.sent({ type: 'flush', turn: 'a' })).toEqual([]);
    client.text('a', 'Hi');
    expect(client.sent({ type: 'flush', turn: 'a' })).toEqual([{ text: '\n', flush: true }]);
    expect(client.sent({ type: 'flush', turn: 'b' })).toEqual([]);
  });

  it('ends with an empty text, once, and says nothing after it', () => {
    const client = new TestClient();
    client.step({ type: 'begin', turn: 'a' });
    client.text('a', 'Hi.');
    expect(client.sent({ type: 'end', turn: 'a' })).toEqual([{ text: '' }]);
    expect(client.sent({ type: 'end', turn: 'a' })).toEqual([]);
    expect(client.sent({ type: 'close' })).toEqual([]);
    expect(client.sent({ type: 'begin', turn: 'b' })).toEqual([]);
    expect(client.text('b', 'Lost')).toEqual([]);
    expect(client.sent({ type: 'flush', turn: 'b' })).toEqual([]);
    expect(client.step({ type: 'end', turn: 'b' })).toEqual({ frames: [], events: [] });
  });

  it('keeps the connection for the next turn where the first said nothing', () => {
    const client = new TestClient();
    client.step({ type: 'begin', turn: 'a' });
    client.text('a', ' ');
    expect(client.step({ type: 'end', turn: 'a' })).toEqual({ frames: [], events: [done] });
    expect(client.step({ type: 'begin', turn: 'b' })).toEqual({ frames: [], events: [] });
    expect(client.text('b', 'Hi')).toEqual([{ text: 'Hi' }]);
  });

  it('takes no second turn beside one that has text', () => {
    const client = new TestClient();
    client.step({ type: 'begin', turn: 'a' });
    client.text('a', 'Hi');
    const { events, frames } = client.step({ type: 'begin', turn: 'b' });
    expect([frames, events]).toEqual([[], [{ type: 'note', name: 'turn_too_early', detail: { turn: 'b' } }]]);
    expect(client.spoken('Hi')).toMatchObject([{ turn: 'a' }, { turn: 'a', throughChar: 2 }]);
  });

  it('interrupts with force, also behind the end, and without it where nothing was said', () => {
    const client = new TestClient();
    client.step({ type: 'begin', turn: 'a' });
    expect(client.step({ type: 'interrupt', turn: 'a' })).toMatchObject({
      frames: [],
      events: [{ why: 'interrupted' }],
    });
    client.step({ type: 'begin', turn: 'b' });
    client.text('b', 'Hi.');
    client.step({ type: 'end', turn: 'b' });
    expect(client.sent({ type: 'interrupt', turn: 'b' })).toEqual([{ force: true }]);
    expect(client.sent({ type: 'interrupt', turn: 'b' })).toEqual([]);
    expect(client.sent({ type: 'close' })).toEqual([]);
  });

  it('says goodbye with the end where the handshake was made, and has no keep-alive', () => {
    expect(new TestClient().sent({ type: 'close' })).toEqual([]);
    const client = new TestClient();
    client.step({ type: 'begin', turn: 'a' });
    expect(client.sent({ type: 'keepAlive' })).toEqual([]);
    expect(client.sent({ type: 'close' })).toEqual([{ text: '' }]);
  });
});

describe('what the client hears', () => {
  it('is nothing of a turn that is over, or was interrupted', () => {
    const client = new TestClient();
    client.speak('a');
    client.step({ type: 'interrupt', turn: 'a' });
    expect(client.spoken('Hi.')).toEqual([
      { type: 'late', turn: 'a', bytes: 4 },
      { type: 'note', name: 'dropped_sentence' },
    ]);
    expect(types(client.final())).toEqual(['note']);
    expect(client.closed(1000)).toEqual([]);
  });

  it('takes the last frame for the end where all is spoken, once', () => {
    const client = new TestClient();
    client.speak('a');
    expect(types(client.spoken('Hi.'))).toEqual(['audio', 'progress']);
    expect(client.final()).toEqual([{ type: 'progress', turn: 'a', throughChar: 3 }, done]);
    expect(client.closed(1000)).toEqual([]);
  });

  it('waits for the close where the last frame came and not all is known to be spoken', () => {
    const client = new TestClient();
    client.speak('a', '1 + 1.');
    client.spoken('one plus one');
    expect(types(client.final())).toEqual(['note']);
    expect(client.closed(1005)).toMatchObject([{ type: 'progress', throughChar: 6 }, done]);
  });

  it.each([
    ['before the end was sent', 1000, (client: TestClient) => client.spoken('Hi.'), false],
    ['with an error', 1011, (client: TestClient) => client.final(), true],
    ['lost', 1006, (client: TestClient) => client.final(), true],
    ['without sound', 1000, () => {}, true],
    ['inside the text', 1000, (client: TestClient) => client.spoken('Ho.'), true],
  ])('does not take a close for the end: %s', (_, code, act, ends) => {
    const client = new TestClient();
    client.step({ type: 'begin', turn: 'a' });
    client.text('a', 'Hi.');
    if (ends) client.step({ type: 'end', turn: 'a' });
    act(client);
    expect(client.closed(code)).toEqual([]);
  });

  it('reads audio and the end in one frame, and text that is null, missing or blank', () => {
    const client = new TestClient();
    client.speak('a', '!');
    const audio = Buffer.from('10002000', 'hex').toString('base64');
    expect(types(client.told({ audio, text: ' ', isFinal: true }))).toEqual(['audio', 'progress', 'ended']);
  });

  it('gives what was held back before the end', () => {
    const client = new TestClient();
    client.speak('a', '!');
    client.told({ audio: Buffer.from('fff3', 'hex').toString('base64'), text: null });
    expect(types(client.final())).toEqual(['audio', 'progress', 'ended']);
  });

  it.each([
    [{ error: null, audio: null, text: null }, []],
    [{ error: '', audio: '' }, []],
    [{ error: 'Too loud' }, ['error']],
    [{ type: 'error', message: 'Too loud' }, ['error']],
    [{ error: { code: '40100', message: 'no' } }, ['error']],
    [{ errors: [], type: 'x' }, ['unknown']],
    [{ type: 'Ping' }, ['unknown']],
    [{}, ['malformed']],
    [{ audio: true }, ['malformed']],
    [{ audio: 'ä' }, ['malformed']],
  ])('of %j is %j', (message, wanted) => {
    const client = new TestClient();
    client.speak('a');
    expect(types(client.told(message))).toEqual(wanted);
  });

  it('tells errors before there is a turn as the connection’s', () => {
    const [event] = new TestClient().told({ errors: [{ code: '40100', detail: 'no key' }] });
    expect(event).toEqual({
      type: 'error',
      fault: { code: 'E_AUTH', message: 'no key', detail: { vendorCode: '40100' } },
    });
  });
});
