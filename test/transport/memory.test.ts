import { describe, expect, it } from 'vitest';
import { createMemoryPair } from '../../src/transport/memory.ts';
import type { CloseInfo, Frame, FrameHandler } from '../../src/transport/transport.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

class Recorder implements FrameHandler {
  readonly seen: string[] = [];
  readonly times: number[] = [];

  frame(frame: Frame, atMs: number): void {
    this.seen.push(frame.kind === 'text' ? frame.text : `${frame.bytes.length} bytes`);
    this.times.push(atMs);
  }

  closed({ code, reason }: CloseInfo): void {
    this.seen.push(`closed ${code} ${reason}`.trim());
  }
}

function pair() {
  const clock = new ManualClock();
  const [a, b] = createMemoryPair(clock);
  return { clock, a, b, recorder: new Recorder() };
}

describe('a memory pair', () => {
  it('carries frames of both kinds, in order, not within the call', async () => {
    const { a, b, recorder } = pair();
    b.receive(recorder);
    a.send({ kind: 'text', text: 'one' });
    a.send({ kind: 'binary', bytes: new Uint8Array(3) });
    expect(recorder.seen).toEqual([]);
    await settle();
    expect(recorder.seen).toEqual(['one', '3 bytes']);
  });

  it('keeps frames that come before there is a handler', async () => {
    const { a, b, recorder } = pair();
    a.send({ kind: 'text', text: 'early' });
    await settle();
    b.receive(recorder);
    await settle();
    expect(recorder.seen).toEqual(['early']);
  });

  it('gives the time at which a frame was handed over', async () => {
    const { clock, a, b, recorder } = pair();
    b.receive(recorder);
    await clock.advance(25);
    a.send({ kind: 'text', text: 'one' });
    await settle();
    expect(recorder.times).toEqual([25]);
  });

  it('holds frames while it is paused, and lets its sender see and await that', async () => {
    const { a, b, recorder } = pair();
    b.receive(recorder);
    b.pause();
    a.send({ kind: 'text', text: '12345' });
    a.send({ kind: 'binary', bytes: new Uint8Array(10) });
    let drained = false;
    a.drained().then(() => {
      drained = true;
    });
    await settle();
    expect(a.bufferedBytes).toBe(15);
    expect([recorder.seen.length, drained]).toEqual([0, false]);
    b.resume();
    await settle();
    expect(a.bufferedBytes).toBe(0);
    expect([recorder.seen.length, drained]).toEqual([2, true]);
    await a.drained();
  });

  it('may be paused by the handler between two frames', async () => {
    const { a, b, recorder } = pair();
    b.receive({
      frame: (frame, atMs) => {
        recorder.frame(frame, atMs);
        b.pause();
      },
      closed: () => {},
    });
    a.send({ kind: 'text', text: 'one' });
    a.send({ kind: 'text', text: 'two' });
    await settle();
    expect(recorder.seen).toEqual(['one']);
    b.resume();
    await settle();
    expect(recorder.seen).toEqual(['one', 'two']);
  });

  it('closes both ends, after the frames that were sent before', async () => {
    const { a, b, recorder } = pair();
    const own = new Recorder();
    a.receive(own);
    b.receive(recorder);
    a.send({ kind: 'text', text: 'last' });
    a.close(1008, 'enough');
    a.send({ kind: 'text', text: 'too late' });
    expect(await b.closed).toEqual({ code: 1008, reason: 'enough' });
    await settle();
    expect(recorder.seen).toEqual(['last', 'closed 1008 enough']);
    expect(own.seen).toEqual(['closed 1008 enough']);
    b.close();
    a.terminate();
    await settle();
    expect(own.seen).toHaveLength(1);
  });

  it('shows a close only when what came before it was read', async () => {
    const { a, b, recorder } = pair();
    b.receive(recorder);
    b.pause();
    a.send({ kind: 'text', text: 'one' });
    a.close();
    await settle();
    expect(recorder.seen).toEqual([]);
    b.resume();
    await settle();
    expect(recorder.seen).toEqual(['one', 'closed 1000']);
  });

  it('does not wait for its own pause when it closes', async () => {
    const { a, b, recorder } = pair();
    b.receive(recorder);
    b.pause();
    b.close();
    await settle();
    expect(recorder.seen).toEqual(['closed 1000']);
    await a.closed;
  });

  it('tells a handler that comes after the close', async () => {
    const { a, b, recorder } = pair();
    a.close(1000);
    await settle();
    b.receive(recorder);
    await settle();
    expect(recorder.seen).toEqual(['closed 1000']);
  });

  it('drops at once what it has not read when it is terminated; the other end sees a lost connection', async () => {
    const { a, b, recorder } = pair();
    const own = new Recorder();
    a.receive(own);
    b.receive(recorder);
    b.send({ kind: 'text', text: 'unread' });
    a.terminate();
    await settle();
    expect(own.seen).toEqual(['closed 1006']);
    expect(recorder.seen).toEqual(['closed 1006']);
    a.send({ kind: 'text', text: 'x' });
    await a.drained();
    expect(a.bufferedBytes).toBe(0);
  });

  it('answers a ping, and never after the end', async () => {
    const { a } = pair();
    expect(await a.ping()).toBe(0);
    a.terminate();
    await settle();
    let answered = false;
    a.ping().then(() => {
      answered = true;
    });
    await settle();
    expect(answered).toBe(false);
  });

  it('resolves who waits for room when it closes', async () => {
    const { a, b } = pair();
    b.receive(new Recorder());
    b.pause();
    a.send({ kind: 'text', text: 'one' });
    const drained = a.drained();
    b.terminate();
    await drained;
  });
});
