import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../src/audio/format.ts';
import type { AudioSource } from '../../src/audio/source.ts';
import type { ListenFlags } from '../../src/cli/listen.ts';
import { begun, checkSource } from '../../src/cli/listen-source.ts';

type Asked = Pick<ListenFlags, 'source' | 'recorder' | 'device'>;

const rest: Omit<ListenFlags, keyof Asked> = {
  debug: [],
  header: [],
  param: [],
  timeout: 30,
  connectTimeout: 10,
  chunkMs: 50,
  charsPerLine: 42,
  encoding: 'linear16',
  sampleRate: 16_000,
  rawChannels: 1,
};
const check = (asked: Asked, isTTY: boolean) =>
  checkSource({ ...rest, ...asked }, { stdin: Object.assign(process.stdin, { isTTY }) });

it.each([
  [{ source: 'microphone' }, true],
  [{ source: 'microphone', recorder: 'sox', device: 'hw:1' }, true],
  [{ source: 'stdin' }, false],
  [{ source: '-' }, false],
  [{ source: 'x.wav' }, true],
] as const)('%j may be listened to; a terminal: %s', (asked, isTTY) => {
  expect(() => check(asked, isTTY)).not.toThrow();
});

it.each([
  [{ source: 'stdin' }, true, /keyboard makes no audio/],
  [{ source: '-' }, true, /keyboard makes no audio/],
  [{ source: 'stdin', recorder: 'rec' }, false, /needs no recorder/],
  [{ source: 'x.wav', device: 'hw:1' }, false, /needs no recorder and no device/],
] as const)('%j may not; a terminal: %s', (asked, isTTY, says) => {
  expect(() => check(asked, isTTY)).toThrow(says);
});

describe('a source that has begun', () => {
  const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
  const chunk = (n: number): AudioChunk => ({ format, bytes: new Uint8Array([n, 0]), firstSample: n });

  /** Chunks that come when they are let go, and what has become of it. */
  function slow(count: number, failure?: Error) {
    const told: string[] = [];
    const waiting: (() => void)[] = [];
    const source: AudioSource = {
      format,
      name: 'stdin',
      live: true,
      totalMs: 7,
      async *chunks() {
        try {
          for (let n = 0; n < count; n++) {
            await new Promise<void>((resolve) => waiting.push(resolve));
            yield chunk(n);
          }
          if (failure) throw failure;
        } finally {
          told.push('left');
        }
      },
      async close() {
        told.push('closed');
      },
    };
    const next = async () => {
      await new Promise(setImmediate);
      waiting.shift()?.();
      await new Promise(setImmediate);
    };
    return { source, told, next };
  }
  const { signal } = new AbortController();

  it('has its first chunk, and gives that and all behind it, once', async () => {
    const { source, told, next } = slow(3);
    let has = false;
    const opening = begun(source, signal).finally(() => {
      has = true;
    });
    await new Promise(setImmediate);
    expect(has).toBe(false);
    await next();
    const opened = await opening;
    expect(opened).toMatchObject({ format, name: 'stdin', live: true, totalMs: 7 });
    const all: AudioChunk[] = [];
    const reading = (async () => {
      for await (const one of opened.chunks(signal)) all.push(one);
    })();
    await next();
    await next();
    await reading;
    expect(all).toEqual([chunk(0), chunk(1), chunk(2)]);
    expect(told).toEqual(['left']);
  });

  it('that has nothing gives nothing', async () => {
    const opened = await begun(slow(0).source, signal);
    for await (const one of opened.chunks(signal)) expect.unreachable(`it has ${one.bytes}`);
  });

  it('is left where its first chunk alone is read', async () => {
    const { source, told, next } = slow(2);
    const opening = begun(source, signal);
    await next();
    for await (const one of (await opening).chunks(signal)) {
      expect(one).toEqual(chunk(0));
      break;
    }
    expect(told).toEqual(['left']);
  });

  it('is left where it is closed unread', async () => {
    const { source, told, next } = slow(2);
    const opening = begun(source, signal);
    await next();
    await (await opening).close?.();
    await new Promise(setImmediate);
    expect(told.toSorted()).toEqual(['closed', 'left']);
  });

  it('that cannot be read is closed, and says why', async () => {
    const { source, told } = slow(0, new Error('broken'));
    await expect(begun(source, signal)).rejects.toThrow('broken');
    expect(told).toEqual(['left', 'closed']);
  });
});
