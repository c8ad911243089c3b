import type { Decoder } from './decoder.ts';
import { packagePath } from './location.ts';
import type { PocketsphinxFiles } from './pocketsphinx-files.ts';
import { type Segment, wordsOf } from './pocketsphinx-words.ts';
import type { RecognisedWord } from './recogniser.ts';

/** An address in the library's memory, or null. */
type Pointer = bigint | null;
type Cell = [number];

/** The functions of version 0.8+5prealpha that are used, as its headers declare them. */
interface Library {
  args(): Pointer;
  parse(config: Pointer, definition: Pointer, count: number, args: string[], strict: number): Pointer;
  freeConfig(config: Pointer): number;
  init(config: Pointer): Pointer;
  free(decoder: Pointer): number;
  startStream(decoder: Pointer): number;
  startUtterance(decoder: Pointer): number;
  process(decoder: Pointer, samples: Int16Array, count: number, noSearch: number, fullUtterance: number): number;
  endUtterance(decoder: Pointer): number;
  features(decoder: Pointer): Pointer;
  logMath(decoder: Pointer): Pointer;
  probability(logMath: Pointer, value: number): number;
  firstSegment(decoder: Pointer): Pointer;
  nextSegment(segment: Pointer): Pointer;
  segmentWord(segment: Pointer): string;
  segmentFrames(segment: Pointer, first: Cell, last: Cell): void;
  segmentProbability(segment: Pointer, acoustic: Cell, language: Cell, backoff: Cell): number;
}

/** The cepstral mean of a decoder, which it takes from one utterance into the next. */
interface CepstralMean {
  reset(): void;
}

interface DecoderParts {
  readonly library: Library;
  readonly decoder: Pointer;
  readonly mean: CepstralMean;
  /** Lets the system have what was freed. */
  giveBack(): void;
}

/** Digital silence that is enough to fill every memory of the last frames with itself. */
const rinse = new Int16Array(3200);
const blockSamples = 160;

export function hasKoffi(): boolean {
  try {
    return packagePath('koffi') !== '';
  } catch {
    return false;
  }
}

/** Loads the library and a model, some 0.25 s and 100 MB. Rejects with an Error where that fails. */
export async function createDecoder(files: PocketsphinxFiles): Promise<Decoder> {
  const koffi = await loadKoffi();
  const library = bind(koffi, files);
  const args = ['vox', '-hmm', files.acoustic, '-dict', files.dictionary, '-lm', files.language];
  // With its own removal of silence, times would not count the frames that it takes away; the words are the same.
  args.push('-remove_silence', 'no');
  const config = library.parse(null, library.args(), args.length, args, 1);
  const decoder = config && library.init(config);
  if (config) library.freeConfig(config);
  if (!decoder) throw new Error(`pocketsphinx cannot load the model ${files.acoustic}`);
  const mean = cepstralMean(koffi, library.features(decoder));
  return new PocketsphinxDecoder({ library, decoder, mean, giveBack: freedMemory(koffi) });
}

type Koffi = typeof import('koffi')['default'];

async function loadKoffi(): Promise<Koffi> {
  const loaded = await import('koffi');
  return loaded.default;
}

function bind(koffi: Koffi, { baseLibrary, library }: PocketsphinxFiles): Library {
  // The second needs the first, and finds it by its name once it is loaded.
  const base = koffi.load(baseLibrary, { global: true });
  const sphinx = koffi.load(library);
  // It writes pages to stderr; this is a setting of the thread's own.
  base.func('void err_set_logfp(void *)')(null);
  return {
    args: sphinx.func('void *ps_args()'),
    parse: base.func('void *cmd_ln_parse_r(void *, void *, int32_t, const char **, int32_t)'),
    freeConfig: base.func('int cmd_ln_free_r(void *)'),
    init: sphinx.func('void *ps_init(void *)'),
    free: sphinx.func('int ps_free(void *)'),
    startStream: sphinx.func('int ps_start_stream(void *)'),
    startUtterance: sphinx.func('int ps_start_utt(void *)'),
    process: sphinx.func('int ps_process_raw(void *, const int16_t *, size_t, int, int)'),
    endUtterance: sphinx.func('int ps_end_utt(void *)'),
    features: sphinx.func('void *ps_get_feat(void *)'),
    logMath: sphinx.func('void *ps_get_logmath(void *)'),
    probability: base.func('double logmath_exp(void *, int)'),
    firstSegment: sphinx.func('void *ps_seg_iter(void *)'),
    nextSegment: sphinx.func('void *ps_seg_next(void *)'),
    segmentWord: sphinx.func('const char *ps_seg_word(void *)'),
    segmentFrames: sphinx.func('void ps_seg_frames(void *, _Out_ int *, _Out_ int *)'),
    segmentProbability: sphinx.func('int32_t ps_seg_prob(void *, _Out_ int32_t *, _Out_ int32_t *, _Out_ int32_t *)'),
  };
}

/**
 * Hands memory that was freed back to the system. glibc keeps most of what a thread had for the next one: some 60 MB of
 * each decoder, so that a server that had listened to eight at once was left with half a gigabyte more, for ever
 * (measured). Where there is another C library, or one without this, nothing is to be done.
 */
function freedMemory(koffi: Koffi): () => void {
  try {
    const trim = koffi.load('libc.so.6').func('int malloc_trim(size_t)');
    return () => trim(0);
  } catch {
    return () => {};
  }
}

/** `feat_t` of sphinxbase/feat.h up to what is wanted, and `cmn_t` of sphinxbase/cmn.h. */
function cepstralMean(koffi: Koffi, features: Pointer): CepstralMean {
  const featureType = koffi.struct({
    ...{ refcount: 'int', name: 'void *', cepsize: 'int32_t', n_stream: 'int32_t', stream_len: 'void *' },
    ...{ window_size: 'int32_t', n_sv: 'int32_t', sv_len: 'void *', subvecs: 'void *', sv_buf: 'void *' },
    ...{ sv_dim: 'int32_t', cmn: 'int', varnorm: 'int32_t', agc: 'int', compute_feat: 'void *', cmn_struct: 'void *' },
  });
  const meanType = koffi.struct({
    ...{ cmn_mean: 'void *', cmn_var: 'void *', sum: 'void *', nframe: 'int32_t', veclen: 'int32_t' },
  });
  const { cepsize, cmn_struct } = koffi.decode(features, featureType);
  const { cmn_mean, sum, nframe, veclen } = koffi.decode(cmn_struct, meanType);
  // Another build may lay its memory out otherwise: to write there would be worse than not to run.
  if (veclen !== cepsize || veclen < 1 || veclen > 100 || nframe !== 0) {
    throw new Error('this build of pocketsphinx is not known');
  }
  const vector = koffi.array('float', veclen);
  const atStart = [koffi.decode(cmn_mean, vector), koffi.decode(sum, vector)];
  return {
    reset() {
      koffi.encode(cmn_mean, vector, atStart[0]);
      koffi.encode(sum, vector, atStart[1]);
      koffi.encode(cmn_struct, koffi.offsetof(meanType, 'nframe'), 'int32_t', 0);
    },
  };
}

/**
 * A decoder takes three things from one utterance into the next: its cepstral mean, its picture of the noise, and the
 * best codewords of the last frames, with which it begins to score the next one. The mean is put back to what the model
 * says, `ps_start_stream` clears the noise, and 0.2 s of zeros, decoded and thrown away, replace the codewords. Measured
 * over 120 utterances in random order: words, times and probabilities were each time those of a new decoder, to the
 * last bit; without the zeros the probabilities were not. It takes 11 ms; a new decoder takes 250 ms and 100 MB.
 */
class PocketsphinxDecoder implements Decoder {
  readonly #library: Library;
  readonly #decoder: Pointer;
  readonly #mean: CepstralMean;
  readonly #giveBack: () => void;

  constructor({ library, decoder, mean, giveBack }: DecoderParts) {
    this.#library = library;
    this.#decoder = decoder;
    this.#mean = mean;
    this.#giveBack = giveBack;
  }

  begin(): void {
    this.#start();
    for (let at = 0; at < rinse.length; at += blockSamples) this.push(rinse.subarray(at, at + blockSamples));
    check('ps_end_utt', this.#library.endUtterance(this.#decoder));
    this.#start();
  }

  push(samples: Int16Array): void {
    check('ps_process_raw', this.#library.process(this.#decoder, samples, samples.length, 0, 0));
  }

  words(): RecognisedWord[] {
    return wordsOf(this.#segments(() => 0));
  }

  end(): RecognisedWord[] {
    check('ps_end_utt', this.#library.endUtterance(this.#decoder));
    const logMath = this.#library.logMath(this.#decoder);
    return wordsOf(
      this.#segments((segment) => {
        return this.#library.probability(logMath, this.#library.segmentProbability(segment, [0], [0], [0]));
      }),
    );
  }

  free(): void {
    this.#library.free(this.#decoder);
    this.#giveBack();
  }

  #start(): void {
    this.#mean.reset();
    check('ps_start_stream', this.#library.startStream(this.#decoder));
    check('ps_start_utt', this.#library.startUtterance(this.#decoder));
  }

  #segments(probability: (segment: Pointer) => number): Segment[] {
    const found: Segment[] = [];
    let segment = this.#library.firstSegment(this.#decoder);
    while (segment) {
      const first: Cell = [0];
      const last: Cell = [0];
      this.#library.segmentFrames(segment, first, last);
      found.push({
        word: this.#library.segmentWord(segment),
        first: first[0],
        last: last[0],
        probability: probability(segment),
      });
      segment = this.#library.nextSegment(segment);
    }
    return found;
  }
}

function check(name: string, answer: number): void {
  if (answer < 0) throw new Error(`${name} failed`);
}
