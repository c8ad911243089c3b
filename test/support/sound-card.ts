import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A sound card that nobody hears: a PulseAudio of its own with one mono sink at the rate of the test, whose monitor
 * gives back, sample for sample, what was played. Needs the programs of `soundCardPrograms`.
 */
export interface SoundCard {
  readonly sampleRateHz: number;
  /** What a process needs in its environment to play on this card, and on no other. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when it records: nothing that is played after that is missed. */
  record(): Promise<Recording>;
  stop(): void;
}

export const soundCardPrograms = ['pulseaudio', 'parec'] as const;

/** Whether what plays through ALSA comes to the card: Debian's libasound2-plugins. */
export function alsaReachesCard(): boolean {
  const libraries = ['/usr/lib', '/usr/lib64'].flatMap((folder) => [
    folder,
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ]);
  return libraries.some((folder) => existsSync(join(folder, 'alsa-lib/libasound_module_pcm_pulse.so')));
}

/** One sink block; what is heard is known no more exactly than this. */
const latencyMs = 10;

export function startSoundCard(sampleRateHz: number): SoundCard {
  const folder = mkdtempSync(join(tmpdir(), 'vox-card-'));
  const env = prepare(folder);
  const sink = `module-null-sink sink_name=cable rate=${sampleRateHz} channels=1 format=s16le norewinds=1`;
  const loads = ['module-native-protocol-unix', sink].map((module) => `--load=${module}`);
  // As a daemon it returns when it is ready. The real-time priority that it may ask for would only slow what is tested.
  const argv = ['-n', '-D', '--exit-idle-time=-1', '--use-pid-file', '--log-target=null', '--realtime=no', ...loads];
  execFileSync('pulseaudio', argv, { env: { ...process.env, ...env }, stdio: 'ignore' });
  const pid = Number(readFileSync(join(env.PULSE_RUNTIME_PATH, 'pid'), 'utf8'));
  const recordings = new Set<Recording>();
  const stop = () => {
    process.off('exit', stop);
    for (const recording of recordings) recording.stop();
    kill(pid);
    // A card that ends still writes into it.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  process.on('exit', stop);
  return {
    sampleRateHz,
    env,
    async record() {
      const recording = new Recording(sampleRateHz, { ...process.env, ...env });
      recordings.add(recording);
      await recording.until((samples) => samples.length > 0);
      return recording;
    },
    stop,
  };
}

function prepare(folder: string) {
  const env = {
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    PULSE_RUNTIME_PATH: join(folder, 'pulse'),
    SDL_AUDIODRIVER: 'pulse',
  };
  mkdirSync(env.PULSE_RUNTIME_PATH, { mode: 0o700 });
  writeFileSync(join(folder, '.asoundrc'), 'pcm.!default { type pulse }\nctl.!default { type pulse }\n');
  return env;
}

function kill(pid: number): void {
  try {
    process.kill(pid);
  } catch {
    // It is gone already.
  }
}

/** What the card plays, silence and all, as it comes. */
export class Recording {
  readonly sampleRateHz: number;
  readonly #recorder: ChildProcess;
  /** The bytes so far, in a buffer that grows, and the performance.now() at which each piece came. */
  #bytes = Buffer.alloc(1 << 20);
  #length = 0;
  readonly #arrivals: { sample: number; atMs: number }[] = [];
  #waiting = new Set<() => void>();

  constructor(sampleRateHz: number, env: NodeJS.ProcessEnv) {
    this.sampleRateHz = sampleRateHz;
    const format = ['--raw', '--format=s16le', `--rate=${sampleRateHz}`, '--channels=1'];
    const argv = ['--device=cable.monitor', ...format, `--latency-msec=${latencyMs}`];
    this.#recorder = spawn('parec', argv, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    this.#recorder.stdout?.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** All so far. */
  get samples(): Int16Array {
    return new Int16Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#length >> 1);
  }

  /** How many samples had come by then (performance.now()). */
  samplesBy(atMs: number): number {
    return this.#arrivals.findLast((arrival) => arrival.atMs <= atMs)?.sample ?? 0;
  }

  /** When the sample of this number had come (performance.now()). */
  arrivalMs(sample: number): number {
    return this.#arrivals.find((arrival) => arrival.sample > sample)?.atMs ?? Number.NaN;
  }

  /** Resolves when what was recorded is as wanted; rejects after 10 s. */
  async until(wanted: (samples: Int16Array) => boolean): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, 10_000);
    while (!wanted(this.samples)) {
      if (late) throw new Error('the recording did not become what was awaited');
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    clearTimeout(timer);
  }

  /** Resolves when there were so many samples that are not 0, and then `silentMs` of zeros. */
  untilSilent(soundSamples: number, silentMs: number): Promise<void> {
    const silent = Math.round((this.sampleRateHz * silentMs) / 1000);
    return this.until((samples) => {
      const last = samples.findLastIndex((sample) => sample !== 0);
      return samples.length - 1 - last >= silent && sounding(samples).length >= soundSamples;
    });
  }

  stop(): void {
    this.#recorder.kill();
  }

  #take(bytes: Buffer): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    }
    this.#length += bytes.copy(this.#bytes, this.#length);
    this.#arrivals.push({ sample: this.#length >> 1, atMs: performance.now() });
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const resolve of waiting) resolve();
  }
}

/** Samples none of which is 0, so that silence in a recording cannot be taken for them; no two stretches are alike. */
export function testSignal(sampleRateHz: number, ms: number): Int16Array {
  let state = 12_345;
  return Int16Array.from({ length: Math.round((sampleRateHz * ms) / 1000) }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state % 20_000) - 10_000 || 1;
  });
}

/** What is not silence. */
export function sounding(samples: Int16Array): Int16Array {
  return samples.filter((sample) => sample !== 0);
}
