import type { AudioFormat } from '../audio/format.ts';

/** One run of flite. */
export interface FliteJob {
  readonly id: number;
  /** ASCII. */
  readonly text: string;
  readonly voice: string;
  readonly speed: number;
  readonly format: AudioFormat;
  readonly tailMs: number;
}

/** What a worker is started with: one 32-bit cell, in which the number of the job to stop is written. */
export interface WorkerStart {
  readonly stop: SharedArrayBuffer;
}

export type ToWorker =
  | { readonly type: 'module'; readonly module: WebAssembly.Module }
  | { readonly type: 'speak'; readonly job: FliteJob };

/** Jobs are answered in order, each with slices and then one `done` (also when it was stopped) or `failed`. */
export type FromWorker =
  | { readonly type: 'slice'; readonly bytes: Uint8Array }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string };
