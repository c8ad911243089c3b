/**
 * Frees what a decoder package holds. One whose WebAssembly has broken down on damaged audio, which `push` or `end` has
 * said by then, may break down again here: its memory goes with the instance, sooner or later.
 */
export function letGo(decoder: { free(): void }): void {
  try {
    decoder.free();
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === 'RuntimeError')) throw thrown;
  }
}
