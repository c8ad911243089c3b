import { afterEach, describe, expect, it, vi } from 'vitest';
import { hushed } from '../../../src/audio/decode/hush.ts';

const before = globalThis.console;
const print = (...words: unknown[]) => Reflect.apply(Reflect.get(before, 'error'), before, words);

afterEach(() => {
  vi.restoreAllMocks();
});

describe('hushed', () => {
  it('keeps what the decoders print from the terminal, and nothing else', async () => {
    const shown = vi.spyOn(before, 'error').mockImplementation(() => {});
    const answer = await hushed(async () => {
      print('mpg123-decoder: bad frame');
      print('@wasm-audio-decoders/flac: \n\tError');
      await Promise.resolve();
      print('libopus -4 OPUS_INVALID_PACKET');
      print('mine', 1);
      return 5;
    });
    expect(answer).toBe(5);
    expect(shown.mock.calls).toEqual([['mine', 1]]);
    print('mpg123-decoder: after');
    expect(shown.mock.calls).toHaveLength(2);
  });

  it('is over when the last of several is, and after a fault', async () => {
    const shown = vi.spyOn(before, 'error').mockImplementation(() => {});
    let finish = () => {};
    const long = hushed(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await expect(hushed(() => Promise.reject(new Error('fault')))).rejects.toThrow('fault');
    print('libopus');
    expect(shown).not.toHaveBeenCalled();
    finish();
    await long;
    print('libopus');
    expect(shown).toHaveBeenCalledTimes(1);
  });
});
