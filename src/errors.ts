/**
 * Every error that a user can meet: the exit code of the command that met it, whether trying again may help,
 * and what to do next. README's table is held to this one by a test.
 */
interface ErrorRow {
  exit: number;
  retryable: boolean;
  means: string;
  todo: string;
}

export const errorTable = {
  E_UNEXPECTED: {
    exit: 1,
    retryable: false,
    means: 'a fault in vox itself',
    todo: 'report it with `vox doctor --json` and the output of `--debug session`',
  },
  E_USAGE: { exit: 2, retryable: false, means: 'the command line is wrong', todo: 'see `vox --help`' },
  E_NO_TEXT: {
    exit: 2,
    retryable: false,
    means: 'there is nothing to speak',
    todo: 'give text as an argument, with -f FILE, or on stdin',
  },
  E_NOT_UTF8: {
    exit: 2,
    retryable: false,
    means: 'the text is not UTF-8',
    todo: 'convert it first, for example `iconv -f latin1 -t utf-8 FILE`',
  },
  E_UNSUPPORTED: {
    exit: 2,
    retryable: false,
    means: 'the provider does not have what was asked for',
    todo: 'choose another value, or another --provider',
  },
  E_INSECURE: {
    exit: 2,
    retryable: false,
    means: 'a key would travel unencrypted',
    todo: 'use wss://, or --insecure if the network is your own',
  },
  E_FFMPEG: {
    exit: 2,
    retryable: false,
    means: 'this format is made by the ffmpeg program, which was not found',
    todo: 'install ffmpeg, or write .wav',
  },
  E_KEY: {
    exit: 3,
    retryable: false,
    means: 'no key was found for the provider',
    todo: 'set its environment variable, or use --api-key-file or --provider local',
  },
  E_AUTH: {
    exit: 3,
    retryable: false,
    means: 'the service refused the key',
    todo: 'check the key; `vox doctor` shows where it was found',
  },
  E_CONNECT: {
    exit: 4,
    retryable: true,
    means: 'no connection could be made',
    todo: 'check --endpoint and the network; `vox doctor` tries each step',
  },
  E_CONNECT_TIMEOUT: {
    exit: 4,
    retryable: true,
    means: 'no open, ready session within --connect-timeout',
    todo: 'try again, or raise --connect-timeout',
  },
  E_TIMEOUT: {
    exit: 4,
    retryable: false,
    means: 'the service sent nothing for --timeout',
    todo: 'raise --timeout if the service is slow; what was received is kept',
  },
  E_MAX_TIME: { exit: 4, retryable: false, means: '--max-time has passed', todo: 'raise --max-time' },
  E_PEER_SILENT: {
    exit: 4,
    retryable: true,
    means: 'the service no longer answers pings',
    todo: 'try again; the connection is gone',
  },
  E_CLOSED: {
    exit: 4,
    retryable: true,
    means: 'the service closed the connection before it was done',
    todo: 'try again; what was received is kept',
  },
  E_REQUEST: {
    exit: 5,
    retryable: false,
    means: 'the service refused the request',
    todo: 'check --model, --language, --voice, --encoding and --sample-rate',
  },
  E_RATE_LIMIT: {
    exit: 5,
    retryable: true,
    means: 'the service limits how often it may be asked',
    todo: 'wait and try again, or use fewer --jobs',
  },
  E_PROVIDER: {
    exit: 5,
    retryable: true,
    means: 'the service failed',
    todo: 'try again later; the provider is at fault',
  },
  E_PRONUNCIATION: {
    exit: 5,
    retryable: false,
    means: 'the pronunciation dictionary was not found or is not valid',
    todo: 'check --pronunciation; a file needs rules of {match, replace}',
  },
  E_PROTOCOL: {
    exit: 5,
    retryable: false,
    means: 'the service sent what its protocol does not allow',
    todo: 'see `--debug wire`, and report it with a --trace',
  },
  E_FILE: { exit: 6, retryable: false, means: 'a file could not be read or written', todo: 'check the path' },
  E_DISK_FULL: { exit: 6, retryable: false, means: 'the disk is full', todo: 'free some space, then run it again' },
  E_WAV_SIZE: {
    exit: 6,
    retryable: false,
    means: 'a WAV file cannot be larger than 4 GiB',
    todo: 'write .pcm (no such limit), or split the text',
  },
  E_PLAYER: {
    exit: 6,
    retryable: false,
    means: 'no working audio player',
    todo: 'install one of pipewire-bin, pulseaudio-utils, alsa-utils, ffmpeg, sox; or write a file with -o',
  },
  E_DEVICE: {
    exit: 6,
    retryable: false,
    means: 'the audio device failed',
    todo: 'check -a and --player; `vox doctor` plays a test tone',
  },
  E_ENGINE: {
    exit: 5,
    retryable: false,
    means: 'the embedded engine failed',
    todo: 'report the text and the voice that made it fail',
  },
  E_AUDIO: {
    exit: 6,
    retryable: false,
    means: 'the audio cannot be read',
    todo: 'convert it first, for example `ffmpeg -i FILE -ar 16000 -ac 1 out.wav`, or say what it is with --raw',
  },
  E_RECORDER: {
    exit: 6,
    retryable: false,
    means: 'no working recorder, or it stopped',
    todo: 'install sox or alsa-utils, and check --recorder and --device; or pipe audio in with --source stdin',
  },
  E_RECOGNISER: {
    exit: 5,
    retryable: false,
    means: 'no recogniser is installed here',
    todo: 'install the Debian packages pocketsphinx and pocketsphinx-en-us; or set a key (SLNG_API_KEY, DEEPGRAM_API_KEY, TELNYX_API_KEY), or use --endpoint',
  },
  E_ASSERT: {
    exit: 7,
    retryable: false,
    means: 'an assertion of `vox bench --assert` does not hold',
    todo: 'look at the runs with `-o FILE.html`; docs/reading-the-numbers.md says how',
  },
  E_INTERRUPTED: { exit: 130, retryable: false, means: 'stopped by Ctrl-C', todo: 'nothing: what was done is kept' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** The one error class. `message` says what happened, `todo` what to do; neither ever holds a key. */
export class SpeechError extends Error {
  override readonly name = 'SpeechError';
  readonly code: ErrorCode;
  readonly todo: string;
  /** The HTTP status or close code behind it, the vendor's own code, its request id: for `--json` and reports. */
  readonly detail: Readonly<Record<string, string | number>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { todo?: string; detail?: Record<string, string | number>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.todo = options.todo ?? errorTable[code].todo;
    this.detail = options.detail ?? {};
  }

  get exitCode(): number {
    return errorTable[this.code].exit;
  }

  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}

/** Makes a SpeechError of anything that was thrown; one that already is passes through. */
export function toSpeechError(thrown: unknown, code: ErrorCode = 'E_UNEXPECTED'): SpeechError {
  if (thrown instanceof SpeechError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SpeechError(code, message, { cause: thrown });
}
