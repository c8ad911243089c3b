import type { VoiceInfo } from './engine.ts';

export interface FliteVoice extends VoiceInfo {
  readonly sampleRateHz: number;
  /**
   * What the trimmer takes for silence: RMS of 10 ms, in 16-bit steps (48 is -57 dBFS). Measured over 120 texts of
   * three common words, against the phone times that `flite -psdur` prints: the loudest 10 ms in the pauses, up to
   * 50 ms before the first phone, reach 41 in slt, 40 in rms, 60 in awb, 18 in kal16 (at the end) and 77 in kal. With
   * these floors 95 in 100 onsets, soft ones (h, f, th) among them, are found within 45 ms of the phone's label, which
   * stands where the rise begins; in the diphone voices within 80 ms, for there a stop begins with its closure.
   */
  readonly floorRms: number;
  /**
   * The diphone voices begin with a pause of 220 ms at speed 1, and in it, before a w, a murmur that belongs to no
   * sound: so much of it is dropped unheard. The others begin with a pause that is clean.
   */
  readonly skipMs: number;
}

/** The voices inside the build, the default first. */
export const fliteVoices: readonly FliteVoice[] = [
  {
    id: 'slt',
    language: 'en-US',
    gender: 'female',
    description: 'CMU Flite, Clustergen, 16 kHz',
    sampleRateHz: 16_000,
    floorRms: 48,
    skipMs: 0,
  },
  {
    id: 'rms',
    language: 'en-US',
    gender: 'male',
    description: 'CMU Flite, Clustergen, 16 kHz',
    sampleRateHz: 16_000,
    floorRms: 48,
    skipMs: 0,
  },
  {
    id: 'awb',
    language: 'en-GB',
    gender: 'male',
    description: 'CMU Flite, Clustergen, Scottish, 16 kHz',
    sampleRateHz: 16_000,
    floorRms: 72,
    skipMs: 0,
  },
  {
    id: 'kal16',
    language: 'en-US',
    gender: 'male',
    description: 'CMU Flite, diphones, 16 kHz',
    sampleRateHz: 16_000,
    floorRms: 24,
    skipMs: 200,
  },
  {
    id: 'kal',
    language: 'en-US',
    gender: 'male',
    description: 'CMU Flite, diphones, 8 kHz',
    sampleRateHz: 8000,
    floorRms: 80,
    skipMs: 200,
  },
];

export function fliteVoice(id: string): FliteVoice | undefined {
  return fliteVoices.find((voice) => voice.id === id);
}
