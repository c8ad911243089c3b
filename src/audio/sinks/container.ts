import type { AudioFormat, Encoding } from '../format.ts';
import { encodings } from '../format.ts';
import { wavEncodings } from '../wav-header.ts';

/** How audio stands in a file: behind a RIFF header, or as it is (PCM, G.711, and compressed audio as received). */
export type Container = 'wav' | 'raw';

export const containerEncodings: Record<Container, readonly Encoding[]> = { wav: wavEncodings, raw: encodings };

/** What the header of a WAV file says that got no audio at all, where nobody said better. */
export const emptyFormat: AudioFormat = { encoding: 'linear16', sampleRateHz: 24000, channels: 1 };
