import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { childEnv } from '../audio/child-env.ts';
import { frameBytes } from '../audio/format.ts';
import { createResampler } from '../audio/resample.ts';
import { parseWavHeader } from '../audio/wav-header.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import type { SynthesisRequest } from './engine.ts';
import { pcmEncoding } from './request.ts';
import { createShaper, Slicer } from './shape.ts';
import type { SliceQueue } from './stream.ts';
import { Trimmer } from './trim.ts';

export type EspeakChild = ChildProcessByStdio<Writable, Readable, Readable>;

/** eSpeak's silence is digital zero; what is below this is the last of a sound dying away. */
const floorRms = 8;

/** Words a minute at speed 1: the program's own default. */
const wordsPerMinute = 175;

export function missingEspeak(): SpeechError {
  return new SpeechError('E_UNSUPPORTED', 'languages other than English are spoken by espeak-ng, which was not found', {
    todo: 'install espeak-ng, or choose --language en or another --provider',
  });
}

/** Starts the program on one text. It reads UTF-8, and would take what is in [[ ]] for phonemes. */
export function startEspeak(program: string, request: SynthesisRequest): EspeakChild {
  const speed = Math.round(wordsPerMinute * request.speed);
  const args = ['--stdout', '--stdin', '-b', '1', '-v', request.voice, '-s', String(speed)];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: childEnv() });
  // It may end before it has read everything; how it ended is told by its exit.
  child.stdin.on('error', () => {});
  child.stdin.end(request.text.replaceAll('[[', '[ [').replace(/\p{Cc}+/gu, ' '));
  return child;
}

/** Makes all that the child says into the queue. Resolves when it has ended; never rejects. */
export async function readEspeak(
  child: EspeakChild,
  request: SynthesisRequest,
  tailMs: number,
  queue: SliceQueue,
): Promise<void> {
  const ended = endOf(child);
  try {
    await Promise.all([ended, shapeOutput(child.stdout, request, tailMs, queue)]);
    queue.end();
  } catch (thrown) {
    queue.fail(toSpeechError(thrown, 'E_ENGINE'));
    child.kill('SIGKILL');
    await ended.catch(() => {});
  }
}

/** Resolves when the program ends well; rejects with E_UNSUPPORTED where there is none, E_ENGINE where it failed. */
function endOf(child: EspeakChild): Promise<void> {
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(0, 500);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject('code' in error && error.code === 'ENOENT' ? missingEspeak() : error));
    child.once('close', (status, killedBy) => {
      if (status === 0) resolve();
      else reject(new SpeechError('E_ENGINE', `espeak-ng ended with ${killedBy ?? status}: ${complaint.trim()}`));
    });
  });
}

async function shapeOutput(
  stdout: Readable,
  request: SynthesisRequest,
  tailMs: number,
  queue: SliceQueue,
): Promise<void> {
  const samples = wavSamples(stdout);
  const first = await samples.next();
  if (first.done) return;
  const { format } = request;
  const { sampleRateHz } = first.value;
  const resampler = await createResampler({ fromHz: sampleRateHz, toHz: format.sampleRateHz, channels: 1 });
  try {
    const trimmer = new Trimmer({ sampleRateHz, floorRms, tailMs });
    const shaper = createShaper(trimmer, resampler, pcmEncoding(format));
    const slicer = new Slicer(((frameBytes(format) ?? 1) * format.sampleRateHz) / 1000, (slice) => queue.push(slice));
    slicer.push(shaper.push(first.value.samples));
    for await (const { samples: more } of samples) slicer.push(shaper.push(more));
    slicer.push(shaper.end());
    slicer.flush();
  } finally {
    resampler.close();
  }
}

/** The samples of a streamed WAV; nothing where not even a header came. Throws E_ENGINE where it is not 16-bit mono. */
async function* wavSamples(stdout: Readable): AsyncGenerator<{ sampleRateHz: number; samples: Int16Array }> {
  let held: Buffer = Buffer.alloc(0);
  let sampleRateHz: number | undefined;
  for await (const bytes of stdout) {
    held = Buffer.concat([held, bytes]);
    if (sampleRateHz === undefined) {
      const parsed = parseWavHeader(held);
      if (parsed.kind === 'more') continue;
      if (parsed.kind === 'not-wav') throw new SpeechError('E_ENGINE', `espeak-ng gave no WAV: ${parsed.why}`);
      const { formatTag, channels, bitsPerSample } = parsed.format;
      if (formatTag !== 1 || channels !== 1 || bitsPerSample !== 16) {
        throw new SpeechError('E_ENGINE', 'espeak-ng gave audio that is not 16-bit mono');
      }
      sampleRateHz = parsed.format.sampleRateHz;
      held = held.subarray(parsed.dataOffset);
    }
    const whole = held.length - (held.length % 2);
    yield { sampleRateHz, samples: new Int16Array(new Uint8Array(held.subarray(0, whole)).buffer) };
    held = held.subarray(whole);
  }
}
