import { SpeechError } from '../../src/errors.ts';

/** The SpeechError that this throws; throws itself where there is none. */
export function thrownBy(act: () => unknown): SpeechError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof SpeechError) return thrown;
    throw thrown;
  }
  throw new Error('it did not throw');
}
