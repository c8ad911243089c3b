import { describe, expect, it } from 'vitest';
import { chunkOf, TestListener } from './listening.ts';

describe('what the client sends', () => {
  it('is init, as soon as it is opened, and only then', () => {
    const client = new TestListener({ language: 'en' });
    expect(client.opened()).toMatchObject([{ type: 'init', config: { language: 'en' } }]);
    expect(client.sent({ type: 'finalize' })).toEqual([{ type: 'finalize' }]);
    expect(client.sent({ type: 'keepAlive' })).toEqual([{ type: 'keepalive' }]);
    expect(client.sent({ type: 'close' })).toEqual([{ type: 'close' }]);
  });

  it('is audio as it comes, and never an empty frame', () => {
    const client = new TestListener();
    expect(client.sent({ type: 'audio', chunk: chunkOf(1, 2, 3, 4) })).toEqual([[1, 2, 3, 4]]);
    expect(client.sent({ type: 'audio', chunk: chunkOf() })).toEqual([]);
  });

  it('is base64 where that was asked for', () => {
    const client = new TestListener({ audioAs: 'json' });
    expect(client.sent({ type: 'audio', chunk: chunkOf(0, 0, 255, 0) })).toEqual([{ type: 'audio', data: 'AAD/AA==' }]);
    expect(client.sent({ type: 'audio', chunk: chunkOf() })).toEqual([]);
    // A view into a larger buffer is its own bytes alone.
    const bytes = Uint8Array.from([9, 9, 1, 0, 9]).subarray(2, 4);
    const chunk = { ...chunkOf(), bytes };
    expect(client.sent({ type: 'audio', chunk })).toEqual([{ type: 'audio', data: 'AQA=' }]);
  });
});

describe('what the client hears', () => {
  it.each([
    [
      { type: 'ready', session_id: 's' },
      { type: 'ready', sessionId: 's' },
    ],
    [{ type: 'READY' }, { type: 'ready' }],
    [
      { type: 'Metadata', request_id: 'r', duration: 0 },
      { type: 'ready', requestId: 'r' },
    ],
    [
      { type: 'connected', slng_request_id: 'q' },
      { type: 'ready', requestId: 'q' },
    ],
    [
      { type: 'ready', warnings: ['a', { code: 'c', message: 'b' }] },
      { type: 'ready', warnings: ['a', 'b'] },
    ],
  ])('%o is ready, once', (message, event) => {
    const client = new TestListener();
    expect(client.told(message)).toEqual([event]);
    expect(client.told(message)).toMatchObject([{ type: 'note', name: message.type.toLowerCase() }]);
  });

  it.each([
    [{ type: 'final_transcript', transcript: 'a' }, 'final'],
    [{ type: 'partial_transcript', transcript: 'a' }, 'interim'],
    [{ type: 'Results', channel: { alternatives: [] } }, 'interim'],
    [{ type: 'SpeechStarted', timestamp: 1 }, 'speechStarted'],
    [{ type: 'UtteranceEnd', last_word_end: 1 }, 'utteranceEnd'],
  ])('%o makes an unready session ready', (message, type) => {
    const client = new TestListener();
    expect(client.told(message).map((event) => event.type)).toEqual(['ready', type]);
    expect(client.told(message).map((event) => event.type)).toEqual([type]);
    expect(client.told({ type: 'ready' })).toEqual([{ type: 'note', name: 'ready' }]);
  });

  it.each([
    [{ type: 'error', code: 'config_error', message: 'no' }],
    [{ type: 'Warning', warn_code: 'w', warn_msg: 'm' }],
    [{ type: 'something' }],
  ])('%o makes nothing ready', (message) => {
    expect(new TestListener().told(message).map((event) => event.type)).not.toContain('ready');
  });

  it('takes a Metadata for the end only behind its own close', () => {
    const client = new TestListener();
    const end = { type: 'Metadata', request_id: 'r', duration: 2.5 };
    client.told({ type: 'Metadata', request_id: 'r', duration: 0 });
    client.sent({ type: 'finalize' });
    expect(client.told(end)).toEqual([{ type: 'note', name: 'metadata' }]);
    client.sent({ type: 'close' });
    expect(client.told(end)).toEqual([{ type: 'ended', audioMs: 2500 }]);
    expect(client.told({ ...end, duration: -1 })).toEqual([{ type: 'note', name: 'metadata' }]);
  });

  it('takes a bridge’s final for the end of an utterance, unless it says otherwise', () => {
    const client = new TestListener();
    client.told({ type: 'ready' });
    const final = { type: 'final_transcript', transcript: 'a b', duration: 2.5, confidence: 0.5 };
    expect(client.told(final)).toEqual([{ type: 'final', text: 'a b', confidence: 0.5, endOfUtterance: true }]);
    expect(client.told({ ...final, speech_final: false })).toMatchObject([{ endOfUtterance: false }]);
    expect(client.told({ ...final, from_finalize: 'true' })).toMatchObject([{ fromFinalize: true }]);
  });

  it('keeps its own text where a message that is passed through has another', () => {
    const client = new TestListener();
    client.told({ type: 'ready' });
    const channel = { alternatives: [{ transcript: 'theirs', confidence: 0.1 }] };
    expect(client.told({ type: 'partial_transcript', transcript: 'ours', channel })).toEqual([
      { type: 'interim', text: 'ours' },
    ]);
    expect(client.told({ type: 'partial_transcript', transcript: '', channel })).toEqual([
      { type: 'interim', text: 'theirs', confidence: 0.1 },
    ]);
    expect(client.told({ type: 'partial_transcript', transcript: '' })).toEqual([{ type: 'interim', text: '' }]);
    expect(client.told({ type: 'partial_transcript', channel: 5 })).toMatchObject([{ type: 'malformed' }]);
  });

  it('leaves a close to the session', () => {
    for (const code of [1000, 1006, 1008, 1011]) {
      expect(new TestListener().closed(code)).toEqual({ frames: [], events: [] });
    }
  });
});
