import { describe, expect, it } from 'vitest';
import { deepgramListen } from '../../../src/dialects/deepgram/index.ts';
import type { ListenCommand } from '../../../src/speech/listen.ts';

const { format } = deepgramListen.traits.defaults;
const open = () => deepgramListen.client({ baseUrl: 'wss://h', format, interim: true });
type Client = ReturnType<typeof open>;

const told = (client: Client, message: object) => client.decode({ kind: 'text', text: JSON.stringify(message) }).events;
const audio = (...data: number[]): ListenCommand => ({
  type: 'audio',
  chunk: { format, bytes: Uint8Array.from(data), firstSample: 0 },
});

describe('a client that listens', () => {
  it('is ready when it is open: the service says nothing', () => {
    expect(open().opened()).toEqual({ frames: [], events: [{ type: 'ready' }] });
  });

  it.each<[ListenCommand, object[]]>([
    [audio(1, 0), [{ kind: 'binary', bytes: Uint8Array.of(1, 0) }]],
    [audio(), []],
    [{ type: 'finalize' }, [{ kind: 'text', text: '{"type":"Finalize"}' }]],
    [{ type: 'keepAlive' }, [{ kind: 'text', text: '{"type":"KeepAlive"}' }]],
    [{ type: 'close' }, [{ kind: 'text', text: '{"type":"CloseStream"}' }]],
  ])('says for %o no more than that', (command, frames) => {
    expect(open().encode(command)).toEqual({ frames, events: [] });
  });

  it('sends the bytes themselves, not all of their buffer', () => {
    const whole = Uint8Array.of(9, 1, 2, 9);
    const [frame] = open().encode({
      type: 'audio',
      chunk: { format, bytes: whole.subarray(1, 3), firstSample: 0 },
    }).frames;
    expect(frame).toEqual({ kind: 'binary', bytes: Uint8Array.of(1, 2) });
  });

  it('is at its end with the Metadata behind CloseStream, and with no other', () => {
    const client = open();
    expect(told(client, { type: 'Metadata', duration: 1 })).toEqual([{ type: 'note', name: 'metadata' }]);
    client.encode({ type: 'close' });
    expect(told(client, { type: 'Metadata', duration: 1.5 })).toEqual([{ type: 'ended', audioMs: 1500 }]);
  });

  it.each([
    [{ is_final: false, speech_final: false }, { type: 'interim' }],
    [
      { is_final: true, speech_final: false, from_finalize: false },
      { type: 'final', endOfUtterance: false, fromFinalize: false },
    ],
    [
      { is_final: true, speech_final: true, from_finalize: true },
      { type: 'final', endOfUtterance: true, fromFinalize: true },
    ],
    [{ is_final: true }, { type: 'final', endOfUtterance: false }],
  ])('reads Results with %o', (flags, wanted) => {
    const channel = { alternatives: [{ transcript: 'hi', confidence: 0.5 }] };
    const [event] = told(open(), { type: 'Results', channel, start: 1, duration: 0.5, ...flags });
    expect(event).toMatchObject({ ...wanted, text: 'hi', startMs: 1000, endMs: 1500, confidence: 0.5 });
  });

  it('tells of a close what its reason says', () => {
    const { events } = open().closed({ code: 1011, reason: 'See https://dpgr.am/net0001' });
    expect(events).toMatchObject([
      { type: 'error', fault: { code: 'E_CLOSED', detail: { vendorCode: 'NET-0001', closeCode: 1011 } } },
    ]);
    expect(open().closed({ code: 1000, reason: '' }).events).toEqual([]);
  });
});

it('the traits are the vendor’s: a KeepAlive within 3 to 5 s, and before the silence is too long', () => {
  const { keepAliveMs = 0, limits } = deepgramListen.traits;
  expect(keepAliveMs).toBeGreaterThanOrEqual(3000);
  expect(keepAliveMs).toBeLessThanOrEqual(5000);
  expect(limits?.idleMs).toBe(10_000);
});
