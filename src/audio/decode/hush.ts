/** How the decoder packages begin what they print. */
const beginnings = ['mpg123-decoder', '@wasm-audio-decoders', 'libopus'];

let working = 0;
let printed: unknown;

function printOthers(...words: unknown[]): void {
  const isTheirs = beginnings.some((beginning) => String(words[0]).startsWith(beginning));
  if (!isTheirs && typeof printed === 'function') Reflect.apply(printed, globalThis.console, words);
}

/**
 * Runs a decoder. The packages print each fault that they meet in the audio with `console.error`, besides reporting it:
 * that, and no more, is kept off the user's terminal meanwhile.
 */
export async function hushed<T>(work: () => T | Promise<T>): Promise<T> {
  if (working++ === 0) {
    printed = Reflect.get(globalThis.console, 'error');
    Reflect.set(globalThis.console, 'error', printOthers);
  }
  try {
    return await work();
  } finally {
    if (--working === 0) Reflect.set(globalThis.console, 'error', printed);
  }
}
