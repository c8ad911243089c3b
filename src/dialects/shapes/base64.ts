/** The characters that a bare base64 string of so many bytes has, without padding. */
function unpaddedChars(byteCount: number): number {
  return Math.ceil((byteCount * 4) / 3);
}

function paddingChars(data: string): number {
  if (!data.endsWith('=')) return 0;
  return data.endsWith('==') ? 2 : 1;
}

/**
 * Bytes of a base64 string; undefined where it holds anything that is no base64. Node skips such characters in
 * silence, which shows in the length: so that the common case costs one comparison, only a length that is off is
 * looked at again, without the white space that some encoders put in.
 */
export function fromBase64(data: string): Uint8Array | undefined {
  const bytes = Buffer.from(data, 'base64');
  if (unpaddedChars(bytes.length) === data.length - paddingChars(data)) return bytes;
  const bare = data.replace(/\s/g, '');
  return unpaddedChars(bytes.length) === bare.length - paddingChars(bare) ? bytes : undefined;
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
