import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { decodeUtf8 } from '../../src/text/utf8.ts';
import { collect, Pieces } from './feeding.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const oneByOne = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));
const decode = async (chunks: Iterable<Uint8Array>): Promise<string> =>
  (await collect(decodeUtf8(new Pieces(chunks)))).join('');

async function failure(chunks: Iterable<Uint8Array>): Promise<SpeechError> {
  const error = await decode(chunks).catch((thrown: unknown) => thrown);
  if (!(error instanceof SpeechError)) throw new Error(`no SpeechError: ${String(error)}`);
  return error;
}

describe('decodeUtf8', () => {
  const texts = [
    '',
    'plain',
    'naïve café',
    '“quotes” — dash',
    '日本語。',
    '😀👩‍👩‍👧',
    'e\u0301',
    'a\u0000b',
    'x\uFEFFy',
  ];

  it.each(texts)('gives %j whole, at once and a byte at a time', async (text) => {
    expect(await decode([bytesOf(text)])).toBe(text);
    expect(await decode(oneByOne(bytesOf(text)))).toBe(text);
  });

  it('gives any text back, however its bytes are divided', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.array(fc.nat(60)), async (text, cuts) => {
        const bytes = bytesOf(text.replace(/^\uFEFF/, ''));
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
        expect(await decode(chunks)).toBe(new TextDecoder().decode(bytes));
      }),
    );
  });

  it('drops the byte order mark at the start, and no other', async () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf, 0x62);
    expect(await decode([bytes])).toBe('a\uFEFFb');
    expect(await decode(oneByOne(bytes))).toBe('a\uFEFFb');
    expect(await decode([bytes.subarray(0, 4), bytes.subarray(4)])).toBe('a\uFEFFb');
  });

  it('gives a character with the chunk that completes it, and no empty string before', async () => {
    const euro = bytesOf('€');
    const given = await collect(decodeUtf8(new Pieces([bytesOf('a'), euro.subarray(0, 1), euro.subarray(1)])));
    expect(given).toEqual(['a', '€']);
  });

  it('gives what is whole before the rest has come', async () => {
    const source = new Pieces([Uint8Array.of(0x61, 0xe2, 0x82), Uint8Array.of(0xac)]);
    const reader = decodeUtf8(source)[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe('a');
    expect(source.pulled).toBe(1);
  });

  const wrong: [name: string, bytes: number[], atByte: number][] = [
    ['latin1', [0x63, 0x61, 0x66, 0xe9, 0x20, 0x78], 3],
    ['a lone continuation byte', [0x61, 0x80, 0x61], 1],
    ['an overlong slash', [0x61, 0x61, 0xc0, 0xaf], 2],
    ['an overlong three-byte form', [0xe0, 0x80, 0x80], 0],
    ['a surrogate', [0x61, 0xed, 0xa0, 0x80], 1],
    ['past U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 0],
    ['UTF-16 with its mark', [0xff, 0xfe, 0x61, 0x00], 0],
    ['a wrong byte right behind the mark', [0xef, 0xbb, 0xbf, 0xff], 3],
    ['a three-byte character cut short', [0xe2, 0x82, 0x61, 0x62], 0],
    ['a wrong byte behind a good character', [0xe2, 0x82, 0xac, 0xff], 3],
    ['an end inside a character', [0x61, 0x62, 0xf0, 0x9f, 0x98], 2],
  ];

  it.each(wrong)('refuses %s and names the byte', async (_name, bytes, atByte) => {
    for (const chunks of [[Uint8Array.from(bytes)], oneByOne(Uint8Array.from(bytes))]) {
      const error = await failure(chunks);
      expect(error.code).toBe('E_NOT_UTF8');
      expect(error.detail).toEqual({ atByte });
      expect(error.message).toContain(`byte ${atByte}`);
    }
  });

  it('counts the offset over all chunks', async () => {
    const error = await failure([
      new Uint8Array(70_000).fill(0x61),
      new Uint8Array(10).fill(0x62),
      Uint8Array.of(0xff),
    ]);
    expect(error.detail).toEqual({ atByte: 70_010 });
  });

  it('tells how many bytes and UTF-16 units were decoded, before it gives them', async () => {
    const told: unknown[] = [];
    const pieces = [bytesOf('\uFEFFaé'), bytesOf('😀').subarray(0, 3), bytesOf('😀').subarray(3), bytesOf('z')];
    for await (const text of decodeUtf8(new Pieces(pieces), (soFar) => told.push(soFar))) told.push(text);
    expect(told).toEqual([
      { bytes: 6, chars: 2 },
      'aé',
      { bytes: 6, chars: 2 },
      { bytes: 10, chars: 4 },
      '😀',
      { bytes: 11, chars: 5 },
      'z',
    ]);
  });

  it('lets its source go when it fails, and when it is let go', async () => {
    const failing = new Pieces([Uint8Array.of(0xff), Uint8Array.of(0x61)]);
    await collect(decodeUtf8(failing)).catch(() => undefined);
    expect(failing).toMatchObject({ released: true, pulled: 1 });
    const left = new Pieces([bytesOf('a'), bytesOf('b')]);
    for await (const _text of decodeUtf8(left)) break;
    expect(left).toMatchObject({ released: true, pulled: 1 });
  });
});
