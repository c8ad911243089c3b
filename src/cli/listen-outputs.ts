import type { TranscriptSummary } from '../report/transcript/writer.ts';
import type { Segment } from '../speech/listen.ts';
import type { LiveOutput } from './transcript-output.ts';

/** Where what is heard goes, as it is heard. One that fails gets no more; the others get all that comes. */
export class ListenOutputs {
  #open: LiveOutput[] = [];
  readonly #paths = new Map<LiveOutput, string>();
  /** The first that went wrong. */
  failure: { readonly thrown: unknown } | undefined;

  /** `path`: of a file. */
  add(output: LiveOutput, path?: string): void {
    this.#open.push(output);
    if (path !== undefined) this.#paths.set(output, path);
  }

  /** The files of those that have not failed. */
  get paths(): string[] {
    return [...this.#paths.values()];
  }

  push(segment: Segment): Promise<void> {
    return this.#each((output) => output.push(segment));
  }

  /** Safe to call twice. */
  async end(summary: TranscriptSummary): Promise<void> {
    await this.#each((output) => output.end(summary));
    this.#open = [];
  }

  async #each(work: (output: LiveOutput) => Promise<void>): Promise<void> {
    for (const output of [...this.#open]) {
      try {
        await work(output);
      } catch (thrown) {
        this.failure ??= { thrown };
        this.#open = this.#open.filter((other) => other !== output);
        this.#paths.delete(output);
      }
    }
  }
}
