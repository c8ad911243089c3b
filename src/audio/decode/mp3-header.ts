/** What the four bytes before an MP3 frame say (ISO 11172-3 and 13818-3, Layer III). */
export interface Mp3Header {
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  readonly frameBytes: number;
}

/** By the version bits: 0 MPEG 2.5, 2 MPEG 2, 3 MPEG 1. */
const ratesHz: Readonly<Record<number, readonly number[]>> = {
  0: [11_025, 12_000, 8000],
  2: [22_050, 24_000, 16_000],
  3: [44_100, 48_000, 32_000],
};
const kbps = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** Undefined where no MP3 frame begins there, or the bytes do not reach. A frame of a free bit rate is none. */
export function mp3HeaderAt(bytes: Uint8Array, at: number): Mp3Header | undefined {
  const [first, second = 0, third = 0, fourth] = bytes.subarray(at, at + 4);
  if (first !== 0xff || (second & 0xe6) !== 0xe2 || fourth === undefined) return undefined;
  const version = (second >> 3) & 3;
  const sampleRateHz = ratesHz[version]?.[(third >> 2) & 3];
  const rate = (version === 3 ? kbps.mpeg1 : kbps.mpeg2)[third >> 4];
  if (!sampleRateHz || !rate) return undefined;
  const frameBytes = Math.floor(((version === 3 ? 144_000 : 72_000) * rate) / sampleRateHz) + ((third >> 1) & 1);
  return { sampleRateHz, channels: fourth >> 6 === 3 ? 1 : 2, frameBytes };
}

/** One header turns up in any file by chance; three in a row, each where the one before ends, do not. */
const framesInARow = 3;

function isRow(bytes: Uint8Array, start: number, first: Mp3Header, whole: boolean): boolean {
  let at = start + first.frameBytes;
  for (let count = 1; count < framesInARow; count++) {
    // A file with fewer frames is one where it holds them to their ends.
    if (at === bytes.length && whole) return true;
    const next = mp3HeaderAt(bytes, at);
    if (next?.sampleRateHz !== first.sampleRateHz) return false;
    at += next.frameBytes;
  }
  return true;
}

/** The first frame of a run of them. `whole`: the bytes go to the end of the file. */
export function firstMp3Frame(bytes: Uint8Array, whole: boolean): { at: number; header: Mp3Header } | undefined {
  for (let at = bytes.indexOf(0xff); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const header = mp3HeaderAt(bytes, at);
    if (header && isRow(bytes, at, header, whole)) return { at, header };
  }
  return undefined;
}
