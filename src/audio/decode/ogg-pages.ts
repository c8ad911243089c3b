/** One page of an Ogg stream (RFC 3533): its own bytes, and what its header says. */
export interface OggPage {
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
  /** Of the logical stream that it belongs to. */
  readonly serial: number;
  readonly first: boolean;
  readonly last: boolean;
}

/** "OggS" */
const capture = Buffer.from('OggS');
const headerBytes = 27;
const crcAt = 22;

/** The CRC of Ogg: polynomial 0x04c11db7, not reflected, from 0. */
const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

function crcOf(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i++) {
    const byte = i >= crcAt && i < crcAt + 4 ? 0 : (page[i] ?? 0);
    crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ byte] ?? 0);
  }
  return crc >>> 0;
}

/** How long the page that begins there is; undefined while its header is not whole. */
function pageBytes(bytes: Buffer): number | undefined {
  if (bytes.length < headerBytes) return undefined;
  const lacing = bytes.subarray(headerBytes, headerBytes + bytes.readUInt8(26));
  if (lacing.length < bytes.readUInt8(26)) return undefined;
  return lacing.reduce((sum, size) => sum + size, headerBytes + lacing.length);
}

/**
 * Finds the pages in bytes that come in pieces. Only whole ones with the right checksum come out: damage never reaches
 * a decoder. What was passed over is counted.
 */
export class OggPages {
  #held = Buffer.alloc(0);
  #lostBytes = 0;

  /** Bytes that were no part of a sound page. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  push(bytes: Uint8Array): OggPage[] {
    this.#held = Buffer.concat([this.#held, bytes]);
    const pages: OggPage[] = [];
    for (let page = this.#take(); page; page = this.#take()) pages.push(page);
    return pages;
  }

  /** The bytes are over: what is left is part of a page that was cut off. */
  end(): void {
    this.#lose(this.#held.length);
  }

  #take(): OggPage | undefined {
    for (;;) {
      this.#lose(this.#nextCapture());
      const length = pageBytes(this.#held);
      if (length === undefined || length > this.#held.length) return undefined;
      const page = this.#held.subarray(0, length);
      if (crcOf(page) === page.readUInt32LE(crcAt)) {
        this.#held = this.#held.subarray(length);
        return pageOf(page);
      }
      this.#lose(capture.length);
    }
  }

  /** Where the next "OggS" begins, or may begin, when more bytes come. */
  #nextCapture(): number {
    const at = this.#held.indexOf(capture);
    if (at !== -1) return at;
    const tail = [3, 2, 1].find((count) => this.#held.subarray(-count).equals(capture.subarray(0, count)));
    return this.#held.length - (tail ?? 0);
  }

  #lose(count: number): void {
    this.#lostBytes += count;
    this.#held = this.#held.subarray(count);
  }
}

function pageOf(bytes: Buffer): OggPage {
  const flags = bytes.readUInt8(5);
  const body = bytes.subarray(headerBytes + bytes.readUInt8(26));
  return { bytes, body, serial: bytes.readUInt32LE(14), first: (flags & 2) !== 0, last: (flags & 4) !== 0 };
}
