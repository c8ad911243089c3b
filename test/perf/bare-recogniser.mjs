// The least that hears a recording: the library that `vox` uses, in one process, as Debian installs it, with the
// settings that `vox` gives it. Every utterance is heard as by a new decoder, as `vox` does: with what it has learnt of
// the voice in the one before, a decoder has less to search, and takes 10 % less time. Arguments: a file of raw 16 kHz
// samples, and how many of them each utterance has.
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

const [path, lengths] = process.argv.slice(2);
const base = koffi.load('libsphinxbase.so.3', { global: true });
const sphinx = koffi.load('libpocketsphinx.so.3');
base.func('void err_set_logfp(void *)')(null);
const parse = base.func('void *cmd_ln_parse_r(void *, void *, int32_t, const char **, int32_t)');
const start = sphinx.func('int ps_start_utt(void *)');
const hear = sphinx.func('int ps_process_raw(void *, const int16_t *, size_t, int, int)');
const end = sphinx.func('int ps_end_utt(void *)');
const heard = sphinx.func('const char *ps_get_hyp(void *, void *)');

const model = '/usr/share/pocketsphinx/model/en-us';
const files = ['-hmm', `${model}/en-us`, '-dict', `${model}/cmudict-en-us.dict`, '-lm', `${model}/en-us.lm.bin`];
const settings = ['bare', ...files, '-remove_silence', 'no'];
const definition = sphinx.func('void *ps_args()')();
const decoder = sphinx.func('void *ps_init(void *)')(parse(null, definition, settings.length, settings, 1));

/** It is the cepstral mean: `feat_t` of sphinxbase/feat.h up to that, and `cmn_t` of sphinxbase/cmn.h. */
const features = koffi.struct({
  ...{ refcount: 'int', name: 'void *', cepsize: 'int32_t', streams: 'int32_t', lengths: 'void *' },
  ...{ window: 'int32_t', subvectors: 'int32_t', a: 'void *', b: 'void *', c: 'void *', dimensions: 'int32_t' },
  ...{ kind: 'int', variance: 'int32_t', agc: 'int', compute: 'void *', mean: 'void *' },
});
const meanType = koffi.struct({
  mean: 'void *',
  variance: 'void *',
  sum: 'void *',
  frames: 'int32_t',
  length: 'int32_t',
});
const state = koffi.decode(sphinx.func('void *ps_get_feat(void *)')(decoder), features).mean;
const { mean, sum, length: coefficients } = koffi.decode(state, meanType);
const vector = koffi.array('float', coefficients);
const [newMean, newSum] = [koffi.decode(mean, vector), koffi.decode(sum, vector)];

function forget() {
  koffi.encode(mean, vector, newMean);
  koffi.encode(sum, vector, newSum);
  koffi.encode(state, koffi.offsetof(meanType, 'frames'), 'int32_t', 0);
}

/** 50 ms, as `vox` sends them. */
const chunkSamples = 800;
const bytes = readFileSync(path);
const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
let from = 0;
for (const length of lengths.split(',').map(Number)) {
  forget();
  start(decoder);
  for (let at = from; at < from + length; at += chunkSamples) {
    const chunk = samples.slice(at, Math.min(at + chunkSamples, from + length));
    hear(decoder, chunk, chunk.length, 0, 0);
  }
  end(decoder);
  console.log(heard(decoder, null));
  from += length;
}
