import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Clock, Timer } from '../../clock.ts';
import { SpeechError } from '../../errors.ts';
import { keyVariables } from '../child-env.ts';
import { atExit } from '../sinks/at-exit.ts';
import type { RecorderProgram } from './recorders.ts';

export interface RecorderOptions {
  readonly program: RecorderProgram;
  readonly sampleRateHz: number;
  readonly device: string | undefined;
  readonly clock: Clock;
  /** Bytes of linear16 mono, as they come. */
  readonly onBytes: (bytes: Uint8Array) => void;
}

/** What is kept of what a recorder says on its stderr. */
const keptChars = 4000;

/** A recorder that was asked to end and does not is killed after this. */
const graceMs = 1000;

/** What says nothing of the reason: libraries that complain on the way, and warnings. */
const noise = /^(ALSA lib|\S+ WARN|Cannot connect to server|jack server|JackShm)/;

/** What SoX and arecord put before a reason: their own names and places. */
const preface = /^\S+ FAIL \S+: |^arecord: \w+:\d+: /;

/** Loads the package and starts the recorder. */
export async function startRecorder(options: RecorderOptions): Promise<RecorderProcess> {
  const { default: lpcm16 } = await import('node-record-lpcm16');
  const { program, sampleRateHz, device } = options;
  const recording = inEnvironment(program.environment(device), () =>
    lpcm16.record({
      recorder: program.name,
      sampleRate: sampleRateHz,
      channels: 1,
      audioType: 'raw',
      ...(device === undefined ? {} : { device }),
    }),
  );
  // It emits a string as an error there when the recorder ends with a code, also when it was asked to end.
  recording.stream().on('error', () => {});
  return new RecorderProcess(recording.process, options);
}

/** The package gives no way to hand a program its environment; a program starts with what ours is at that instant. */
function inEnvironment<T>(environment: Record<string, string>, work: () => T): T {
  const keys = keyVariables(process.env);
  const before = [...Object.keys(environment), ...keys].map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  for (const name of keys) delete process.env[name];
  try {
    return work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** A recorder at work. It never outlives this process. */
export class RecorderProcess {
  /** Resolves when it is gone and all that it recorded has come: with undefined where it was told to end. */
  readonly ended: Promise<SpeechError | undefined>;
  readonly #name: string;
  readonly #device: string | undefined;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #clock: Clock;
  #said = '';
  #stopped = false;
  #grace: Timer | undefined;
  #hasRecorded = false;

  constructor(child: ChildProcessWithoutNullStreams, { program, device, clock, onBytes }: RecorderOptions) {
    this.#name = program.name;
    this.#device = device;
    this.#child = child;
    this.#clock = clock;
    child.stdout.on('data', (bytes: Uint8Array) => {
      this.#hasRecorded = true;
      onBytes(bytes);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-keptChars);
    });
    child.stdin.on('error', () => {});
    child.stdin.end();
    const forget = atExit(() => child.kill('SIGKILL'));
    this.ended = new Promise((resolve) => {
      let failure: Error | undefined;
      child.on('error', (error) => {
        failure ??= error;
      });
      child.once('close', (status, signal) => {
        forget();
        this.#grace?.cancel();
        resolve(this.#stopped ? undefined : this.#failure(failure, status, signal));
      });
    });
  }

  /** Asks it to end; what it still holds comes before `ended`. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#child.kill('SIGTERM');
    this.#grace = this.#clock.after(graceMs, () => this.#child.kill('SIGKILL'));
    void this.ended.then(() => this.#grace?.cancel());
  }

  #failure(error: Error | undefined, status: number | null, signal: string | null): SpeechError {
    const lines = this.#said.split('\n').map((line) => line.trim());
    const useful = lines.find((line) => line !== '' && !noise.test(line));
    const exit = signal === null ? `it ended with exit code ${status}` : `it was ended by ${signal}`;
    const why = error?.message ?? useful?.replace(preface, '') ?? exit;
    const from = this.#device === undefined ? '' : ` from ${this.#device}`;
    if (!this.#hasRecorded) return new SpeechError('E_RECORDER', `${this.#name} cannot record${from}: ${why}`);
    const todo = 'see whether the microphone is still there; what was heard before is kept';
    return new SpeechError('E_RECORDER', `${this.#name} stopped in the middle of the recording${from}: ${why}`, {
      todo,
    });
  }
}
