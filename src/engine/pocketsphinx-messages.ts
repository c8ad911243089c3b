import type { PocketsphinxFiles } from './pocketsphinx-files.ts';
import type { RecogniserSettings, Recognition } from './recogniser.ts';

/** What a worker is started with. `stop` is one 32-bit cell, in which the number of the stream to drop is written. */
export interface WorkerStart {
  readonly files: PocketsphinxFiles;
  readonly stop: SharedArrayBuffer;
}

/** One stream at a time: `open`, then any number of the next three, then `end` or `close`. */
export type ToWorker =
  | { readonly type: 'open'; readonly id: number; readonly settings: RecogniserSettings }
  | { readonly type: 'audio'; readonly samples: Int16Array }
  | { readonly type: 'finalize' }
  /** Answered with the last results and `ended`. */
  | { readonly type: 'end' }
  /** Answered with `ended` alone. */
  | { readonly type: 'close' }
  /** Frees the decoder; the worker ends. */
  | { readonly type: 'quit' };

/** First `ready` or `failed`, when the decoder was loaded or cannot be. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly result: Recognition }
  /** So many samples of the audio have been heard. */
  | { readonly type: 'taken'; readonly samples: number }
  | { readonly type: 'ended' }
  /** The worker is of no use any more. */
  | { readonly type: 'failed'; readonly message: string };
