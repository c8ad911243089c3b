import { describe, expect, it } from 'vitest';
import type { Decoder } from '../../../src/audio/decode/decoder.ts';
import { AudioReader } from '../../../src/audio/sources/audio-reader.ts';
import { ByteInput } from '../../../src/audio/sources/byte-input.ts';
import { StreamReader } from '../../../src/audio/sources/byte-reader.ts';
import { settle } from '../../support/manual-clock.ts';
import { streamOf } from './heard.ts';

/** Gives a sample for each byte; `holding` of them only at the end. Writes down what is asked of it. */
class ByteDecoder implements Decoder {
  readonly sampleRateHz = 16_000;
  readonly channels = 1;
  readonly blockBytes = 4;
  readonly calls: string[] = [];
  done = false;
  gate: Promise<void> | undefined;
  #holding: number;

  constructor(holding = 0) {
    this.#holding = holding;
  }

  async push(bytes: Uint8Array): Promise<Int16Array> {
    this.calls.push(`push ${bytes.length}`);
    await this.gate;
    this.calls.push('pushed');
    const given = Math.max(0, bytes.length - this.#holding);
    return new Int16Array(given).fill(1);
  }

  end(): Int16Array {
    this.calls.push('end');
    return new Int16Array(this.#holding).fill(2);
  }

  free(): void {
    this.calls.push('free');
  }
}

function readerOf(byteCount: number, decoder: ByteDecoder) {
  const stream = streamOf(new Uint8Array(byteCount));
  return { reader: new AudioReader(new ByteInput(new StreamReader('x', stream)), decoder), stream };
}

async function all(reader: AudioReader): Promise<number[][]> {
  const blocks: number[][] = [];
  for (let block = await reader.next(); block; block = await reader.next()) blocks.push([...block]);
  return blocks;
}

describe('AudioReader', () => {
  it('hands over as many bytes as the decoder wants, and gives what it holds at the end', async () => {
    const decoder = new ByteDecoder(3);
    expect(await all(readerOf(6, decoder).reader)).toEqual([[1], [2, 2, 2]]);
    expect(decoder.calls).toEqual(['push 4', 'pushed', 'push 2', 'pushed', 'end']);
  });

  it('asks no more of a decoder that is done', async () => {
    const decoder = new ByteDecoder();
    const { reader } = readerOf(100, decoder);
    await reader.next();
    decoder.done = true;
    expect(await all(reader)).toEqual([]);
    expect(decoder.calls).toEqual(['push 4', 'pushed', 'end']);
  });

  it('says that no audio came at all, and ends at each later call', async () => {
    const { reader } = readerOf(2, new ByteDecoder(0));
    await all(reader);
    expect(await reader.next()).toBeUndefined();
    const silent = new ByteDecoder(0);
    silent.done = true;
    await expect(readerOf(2, silent).reader.next()).rejects.toMatchObject({
      code: 'E_AUDIO',
      message: 'x holds no audio',
    });
  });

  it('frees the decoder when it is closed, once, and not while it works', async () => {
    const decoder = new ByteDecoder();
    let open = () => {};
    decoder.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { reader, stream } = readerOf(8, decoder);
    const block = reader.next();
    await settle();
    const closing = reader.close();
    const again = reader.close();
    await settle();
    expect(stream.destroyed).toBe(true);
    expect(decoder.calls).toEqual(['push 4']);
    open();
    await Promise.all([block, closing, again]);
    expect(decoder.calls).toEqual(['push 4', 'pushed', 'free']);
    expect(await reader.next()).toBeUndefined();
  });

  it('passes on what the decoder throws', async () => {
    const decoder = new ByteDecoder();
    decoder.gate = Promise.reject(new Error('damaged'));
    const { reader } = readerOf(8, decoder);
    await expect(reader.next()).rejects.toThrow('damaged');
    await reader.close();
    expect(decoder.calls.at(-1)).toBe('free');
  });
});
