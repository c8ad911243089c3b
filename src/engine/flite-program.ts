import { File, OpenFile, WASI } from '@bjorn3/browser_wasi_shim';
import { fliteBuild } from './flite-build.ts';

type Command = { readonly memory: WebAssembly.Memory; readonly _start: () => unknown };

/** Answers of `audio_stream_chunk`: CST_AUDIO_STREAM_CONT and CST_AUDIO_STREAM_STOP of flite. */
const answer = { goOn: 0, stop: -1 };

/** Gets the next samples as they are made, in memory of their own; false stops the run. */
export type OnSamples = (samples: Int16Array) => boolean;

/**
 * flite's command line as a function, to be run any number of times. A WASI command is made to run once; here its
 * memory is put back to what it was before the first run, so that each run is like one of a new process and no byte
 * of one sentence reaches the next. That takes 0.5 ms, a new instance 10 ms and 17 MB. Only what is writable needs
 * putting back (`fliteBuild.writableFrom`).
 */
export class FliteProgram {
  readonly #module: WebAssembly.Module;
  readonly #wasi = new WASI([], [], [], { debug: false });
  #onSamples: OnSamples = () => false;
  #command: Command;
  /** Writable memory as it was before the first run. What grew later was zero then. */
  readonly #pristine: Uint8Array;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#command = this.#instantiate();
    this.#pristine = new Uint8Array(this.#command.memory.buffer, fliteBuild.writableFrom).slice();
  }

  /** `args` must be ASCII: the host half of WASI measures arguments in UTF-16 units. Throws where flite gives up. */
  run(args: readonly string[], onSamples: OnSamples): void {
    this.#wasi.args = ['flite', ...args];
    this.#wasi.fds = [0, 1, 2].map(() => new OpenFile(new File([])));
    this.#onSamples = onSamples;
    try {
      this.#wasi.start({ exports: this.#command });
    } catch (thrown) {
      // Only a run that returned by itself has put its stack pointer back, which lies outside the memory.
      this.#command = this.#instantiate();
      throw thrown;
    }
    this.#restore();
  }

  #restore(): void {
    const writable = new Uint8Array(this.#command.memory.buffer, fliteBuild.writableFrom);
    writable.set(this.#pristine);
    writable.fill(0, this.#pristine.length);
  }

  #instantiate(): Command {
    const { fd_write: write, ...imports } = this.#wasi.wasiImport;
    const instance = new WebAssembly.Instance(this.#module, {
      wasi_snapshot_preview1: {
        ...imports,
        fd_write: (fd: number, pointer: number, count: number, last: number) =>
          fd === fliteBuild.samplesFd ? this.#samples(pointer, count) : write?.(fd, pointer, count, last),
        proc_exit: (status: number) => {
          throw new Error(`flite ended with status ${status}`);
        },
      },
    });
    return commandOf(instance.exports);
  }

  #samples(pointer: number, count: number): number {
    const samples = new Int16Array(this.#command.memory.buffer, pointer, count).slice();
    return this.#onSamples(samples) ? answer.goOn : answer.stop;
  }
}

function commandOf(exports: Record<string, unknown>): Command {
  const { memory, _start } = exports;
  if (!isMemory(memory) || !isFunction(_start)) throw new Error('flite has no memory or no start');
  return { memory, _start };
}

function isMemory(value: unknown): value is WebAssembly.Memory {
  return typeof value === 'object' && value !== null && 'buffer' in value;
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
