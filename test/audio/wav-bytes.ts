/** WAV files typed by hand, for whatever reads them. */
export function u16(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

export function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

export function chunk(id: string, body: readonly number[], size = body.length): number[] {
  return [...Buffer.from(id, 'latin1'), ...u32(size), ...body, ...(body.length % 2 ? [0] : [])];
}

export interface Kind {
  readonly tag?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly bits?: number;
}

export function fmt({ tag = 1, channels = 1, rate = 16_000, bits = 16 }: Kind = {}): number[] {
  const block = channels * Math.ceil(bits / 8);
  return [...u16(tag), ...u16(channels), ...u32(rate), ...u32(rate * block), ...u16(block), ...u16(bits)];
}

/** The tail of a GUID whose first two bytes are an ordinary format number (mmreg.h). */
const guidTail = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

export function extensible(kind: Kind): number[] {
  const own = [...u16(22), ...u16(kind.bits ?? 16), ...u32(0), ...u16(kind.tag ?? 1), ...guidTail];
  return [...fmt({ ...kind, tag: 0xfffe }), ...own];
}

export function riff(...chunks: readonly number[][]): Uint8Array {
  return container('RIFF', ...chunks);
}

export function container(name: string, ...chunks: readonly number[][]): Uint8Array {
  const body = [...Buffer.from('WAVE'), ...chunks.flat()];
  return Uint8Array.from([...Buffer.from(name), ...u32(body.length), ...body]);
}

/** A whole file: its format, then its audio, with a size of our choice. */
export function wavFile(kind: Kind, data: readonly number[], size = data.length): Uint8Array {
  return riff(chunk('fmt ', fmt(kind)), chunk('data', data, size));
}
