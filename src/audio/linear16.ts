/** Little-endian bytes as samples: a view where they lie evenly, a copy where they do not. An odd last byte is left. */
export function linear16(bytes: Uint8Array): Int16Array {
  const even = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Int16Array(even.buffer, even.byteOffset, even.length >> 1);
}
