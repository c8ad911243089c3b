import { beforeEach, describe, expect, it } from 'vitest';
import type { SpeakEvent } from '../../../src/speech/speak.ts';
import { audio, TestServer } from './server.ts';

let server: TestServer;
beforeEach(() => {
  server = new TestServer();
});

describe('what the server says', () => {
  const flushed: SpeakEvent = { type: 'progress', turn: 't1', throughChar: 4 };

  it('of audio in binary is the very bytes', () => {
    const event = audio(4);
    const [frame] = server.peer.encode(event).frames;
    expect(frame).toEqual({ kind: 'binary', bytes: event.type === 'audio' && event.chunk.bytes });
  });

  it('of audio in JSON is numbered from 1, and framed by segments', () => {
    server = new TestServer({ audio: 'json' });
    const types = [audio(2), audio(2), flushed, audio(2), flushed].flatMap((event) =>
      server.said(event).map((message) => JSON.stringify(message)),
    );
    const chunk = (sequence: number) => `{"type":"audio_chunk","data":"AAA=","sequence":${sequence}}`;
    expect(types).toEqual([
      '{"type":"segment_start","segment_id":"seg_001"}',
      chunk(1),
      chunk(2),
      '{"type":"segment_end","segment_id":"seg_001"}',
      '{"type":"flushed"}',
      '{"type":"segment_start","segment_id":"seg_002"}',
      chunk(3),
      '{"type":"segment_end","segment_id":"seg_002"}',
      '{"type":"flushed"}',
    ]);
  });

  it('of JSON audio in Deepgram’s casing has no segments', () => {
    server = new TestServer({ audio: 'json', casing: 'deepgram' });
    expect(server.said(audio(2))).toEqual([{ type: 'audio_chunk', data: 'AAA=', sequence: 1 }]);
  });

  it('closes a segment that is interrupted', () => {
    server = new TestServer({ audio: 'json' });
    server.said(audio(2));
    expect(server.said({ type: 'ended', turn: 't1', why: 'interrupted' })).toEqual([
      { type: 'segment_end', segment_id: 'seg_001' },
      { type: 'cleared' },
    ]);
  });

  it('with audio_end has the seconds since the last', () => {
    server = new TestServer({ end: 'audioEnd' });
    server.said(audio(48_000));
    server.said(audio(24_000));
    expect(server.said(flushed)).toEqual([{ type: 'audio_end', duration: 1.5 }]);
    expect(server.said(flushed)).toEqual([{ type: 'audio_end', duration: 0 }]);
    server.asked({ type: 'init', config: { encoding: 'mp3' } });
    server.said(audio(100));
    expect(server.said(flushed)).toEqual([{ type: 'audio_end' }]);
  });

  it('in Deepgram’s casing counts flushes and clears together from 0', () => {
    server = new TestServer({ casing: 'deepgram' });
    expect(server.said(flushed)).toEqual([{ type: 'Flushed', sequence_id: 0 }]);
    expect(server.said({ type: 'ended', turn: 't1', why: 'interrupted' })).toEqual([
      { type: 'Cleared', sequence_id: 1 },
    ]);
    expect(server.said(flushed)).toEqual([{ type: 'Flushed', sequence_id: 2 }]);
    expect(server.said({ type: 'ready', sessionId: 'r' })).toMatchObject([
      { type: 'Metadata', request_id: 'r', model_name: 'a/b' },
    ]);
  });

  it('with `close` says flushed: the handler closes', () => {
    server = new TestServer({ end: 'close' });
    expect(server.said(flushed)).toEqual([{ type: 'flushed' }]);
  });

  it.each<SpeakEvent>([
    { type: 'ended', turn: 't1', why: 'done' },
    { type: 'ended', turn: 't1', why: 'failed' },
    { type: 'note', name: 'x' },
    { type: 'unknown', name: 'x' },
    { type: 'malformed', why: 'x' },
  ])('of %o is nothing', (event) => expect(server.said(event)).toEqual([]));

  it('nothing at the opening and the close', () => {
    const none = { frames: [], events: [] };
    expect(server.peer.opened()).toEqual(none);
    expect(server.peer.closed({ code: 1000, reason: '' })).toEqual(none);
  });
});
