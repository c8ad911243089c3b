/** How one player program is asked to play mono s16le from its stdin. */
export interface PlayerProgram {
  readonly name: string;
  /** What is run, where it is not the name. */
  readonly command?: string;
  /** Why it cannot be run here; undefined if it may. Where it is left out, the PATH is searched for the command. */
  missing?(): string | undefined;
  /** What it has written, to one of its streams, once it has opened the device. */
  readonly announces?: RegExp;
  /** How much silence it wants before it opens the device; what it is given is played before it is open to others. */
  readonly opensAfter?: { readonly samples: number; readonly ms: number };
  /** How long it is given to fail, from then on or from its start: 150 ms unless said. */
  readonly settleMs?: number;
  /** Whether it can be told which device to play on. */
  readonly picksDevice: boolean;
  /** `device` is undefined for the system's default; `about` is what the program said to `asks`. */
  argv(sampleRateHz: number, device: string | undefined, about: string): readonly string[];
  /** From the first byte given to the running program until it is heard; measured, docs/playing.md. */
  readonly latencyMs: number;
  /** Questions (argument lists) whose answers `argv` and `header` want to know first. */
  readonly asks?: readonly (readonly string[])[];
  /** What goes before the samples. */
  header?(sampleRateHz: number, about: string): Uint8Array;
  /** Silence that goes behind a stretch of them: what the program keeps back until more comes; measured. */
  readonly padMs?: number;
  /** Silence that goes behind the last: what the program cuts off when its input ends. */
  readonly tailMs?: number;
}

/** In the order in which they are tried. Each is asked for a small buffer, so that an underrun is heard where it is. */
export const playerPrograms: readonly PlayerProgram[] = [
  {
    name: 'pw-play',
    picksDevice: true,
    asks: [['--help'], ['--version']],
    argv: (rate, device, about) => [
      ...(device === undefined ? [] : [`--target=${device}`]),
      ...(about.includes('--raw') ? ['--raw'] : []),
      ...['--latency=40ms', '--format=s16', `--rate=${rate}`, '--channels=1', '-'],
    ],
    header: (rate, about) => (pipewireWantsHeader(about) ? auHeader(rate) : new Uint8Array()),
    latencyMs: 60,
  },
  {
    name: 'paplay',
    picksDevice: true,
    argv: (rate, device) => [
      ...(device === undefined ? [] : [`--device=${device}`]),
      ...['--raw', '--format=s16le', `--rate=${rate}`, '--channels=1', '--latency-msec=200', '--client-name=vox'],
    ],
    latencyMs: 50,
  },
  {
    name: 'aplay',
    picksDevice: true,
    argv: (rate, device) => [
      ...(device === undefined ? [] : ['-D', device]),
      ...['-q', '-t', 'raw', '-f', 'S16_LE', '-r', `${rate}`, '-c', '1'],
      ...['--buffer-time=120000', '--period-time=20000', '--start-delay=20000', '-'],
    ],
    latencyMs: 20,
    padMs: 20,
  },
  {
    name: 'ffplay',
    picksDevice: false,
    // It says so before it opens the device, and again behind that, with the first samples that it decodes.
    announces: /ffplay_abuffer.*ffplay_abuffer/s,
    // Two packets of its reader: of 1024 samples up to ffmpeg 6, of up to 100 ms since.
    opensAfter: { samples: 2048, ms: 200 },
    settleMs: 0,
    argv: (rate) => [
      ...['-nodisp', '-autoexit', '-hide_banner', '-nostats', '-loglevel', 'verbose', '-infbuf'],
      // Without these three it reads for a second or two, only to be sure that raw samples are raw samples.
      ...['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0'],
      ...['-f', 's16le', '-ar', `${rate}`, '-ac', '1', '-i', 'pipe:0'],
    ],
    latencyMs: 20,
    padMs: 150,
    // It ends when all is decoded, not when all was heard.
    tailMs: 300,
  },
  {
    name: 'play',
    picksDevice: false,
    argv: (rate) => [
      ...['-q', '-V1', '--buffer', '1024'],
      ...['-t', 'raw', '-e', 'signed-integer', '-b', '16', '-L', '-r', `${rate}`, '-c', '1', '-'],
    ],
    latencyMs: 20,
    padMs: 80,
  },
];

/**
 * `pw-play -` reads raw samples, but up to PipeWire 0.3.65 (Debian 12) through libsndfile, which wants a header.
 * Since 1.4 it does so again, unless told `--raw`.
 */
function pipewireWantsHeader(about: string): boolean {
  const [, minor, micro] = /libpipewire 0\.(\d+)\.(\d+)/.exec(about) ?? [];
  return minor !== undefined && (Number(minor) < 3 || (Number(minor) === 3 && Number(micro) <= 65));
}

/** A Sun/NeXT header of unknown length for little-endian samples: the shortest that can go down a pipe. */
function auHeader(sampleRateHz: number): Uint8Array {
  const linear16 = 3;
  const header = Buffer.alloc(28);
  header.write('dns.', 'latin1');
  for (const [index, value] of [header.length, 0xffffffff, linear16, sampleRateHz, 1].entries()) {
    header.writeUInt32LE(value, 4 * (index + 1));
  }
  return header;
}
