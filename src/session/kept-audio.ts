const firstBytes = 64 * 1024;

/**
 * Audio that was given to a service and may have to be given to another connection: the newest, up to a bound. In one
 * ring that grows no further than it must: a copy of each piece of an hour would be memory that nobody gives back.
 */
export class KeptAudio {
  readonly #mostBytes: number;
  #ring: Uint8Array;
  #fromByte = 0;
  #endByte = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
    this.#ring = new Uint8Array(Math.min(firstBytes, mostBytes));
  }

  /** The first byte of the stream that is kept, and the first that has not come. */
  get fromByte(): number {
    return this.#fromByte;
  }

  get endByte(): number {
    return this.#endByte;
  }

  /** Whether so many bytes can be added without pushing out the oldest. */
  hasRoomFor(byteCount: number): boolean {
    return this.#endByte - this.#fromByte + byteCount <= this.#mostBytes;
  }

  /** A source may use its memory again: what is kept is a copy. */
  add(bytes: Uint8Array): void {
    this.#endByte += bytes.length;
    this.dropBefore(this.#endByte - this.#mostBytes);
    const kept = bytes.subarray(Math.max(0, bytes.length - this.#mostBytes));
    const fromByte = this.#endByte - kept.length;
    this.#makeRoom(fromByte);
    this.#write(kept, fromByte);
  }

  /** What lies before that byte is let go of. */
  dropBefore(byte: number): void {
    this.#fromByte = Math.max(this.#fromByte, Math.min(byte, this.#endByte));
  }

  /** A copy of what comes from that byte on, at most so many; undefined where it has not come, or is gone. */
  at(byte: number, mostBytes: number): Uint8Array | undefined {
    if (byte < this.#fromByte || byte >= this.#endByte) return undefined;
    return this.#copied(byte, Math.min(byte + mostBytes, this.#endByte));
  }

  #copied(fromByte: number, endByte: number): Uint8Array {
    const copy = new Uint8Array(endByte - fromByte);
    const place = fromByte % this.#ring.length;
    const first = this.#ring.subarray(place, place + copy.length);
    copy.set(first);
    copy.set(this.#ring.subarray(0, copy.length - first.length), first.length);
    return copy;
  }

  /** `heldEnd`: where the bytes that are in the ring end. */
  #makeRoom(heldEnd: number): void {
    const wanted = this.#endByte - this.#fromByte;
    if (wanted <= this.#ring.length) return;
    const held = this.#copied(this.#fromByte, heldEnd);
    this.#ring = new Uint8Array(Math.min(this.#mostBytes, Math.max(wanted, 2 * this.#ring.length)));
    this.#write(held, this.#fromByte);
  }

  #write(bytes: Uint8Array, atByte: number): void {
    const place = atByte % this.#ring.length;
    const untilWrap = this.#ring.length - place;
    this.#ring.set(bytes.subarray(0, untilWrap), place);
    this.#ring.set(bytes.subarray(untilWrap), 0);
  }
}
