import { describe, expect, it } from 'vitest';
import { Mp3Walk } from '../../../src/audio/decode/mp3-walk.ts';

/** MPEG 2, 24 kHz, mono, 64 kbit/s: 192 bytes. */
const frame = [0xff, 0xf3, 0x84, 0xc0, ...Array(188).fill(0x11)];

function lost(bytes: readonly number[], pieceBytes = bytes.length): number {
  const walk = new Mp3Walk(24_000);
  for (let at = 0; at < bytes.length; at += pieceBytes) walk.push(Uint8Array.from(bytes.slice(at, at + pieceBytes)));
  return walk.lostBytes;
}

describe.each([1, 5, 191, 100_000])('Mp3Walk, fed %i bytes at a time', (pieceBytes) => {
  it('loses nothing of whole frames', () => {
    expect(lost([...frame, ...frame, ...frame], pieceBytes)).toBe(0);
  });

  it('counts what lies between frames', () => {
    expect(lost([...frame, 1, 2, 3, 0xff, 5, ...frame, ...frame], pieceBytes)).toBe(5);
  });

  it('counts a frame whose header is damaged', () => {
    const bytes = [...frame, ...frame, ...frame];
    bytes[192] = 0;
    expect(lost(bytes, pieceBytes)).toBe(192);
  });

  it('counts frames of another rate', () => {
    expect(lost([...frame, 0xff, 0xf3, 0x88, 0xc0, ...Array(284).fill(0), ...frame], pieceBytes)).toBe(288);
  });

  it('does not count what follows the last frame', () => {
    expect(lost([...frame, ...Buffer.from('TAG'), ...Array(125).fill(0)], pieceBytes)).toBe(0);
  });
});
