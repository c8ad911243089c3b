import type { Clock, Timer } from '../clock.ts';
import { type Progress, progressText } from './progress-text.ts';
import { openSpinner, type Spinner } from './spinner.ts';
import type { Out } from './terminal.ts';

/** Work that ends sooner gets no progress line: it would only flash. */
const appearsAfterMs = 1000;
/** The spinner itself, the space behind it, and one column kept free, or the terminal would wrap. */
const besideColumns = 3;

/** The moving line that shows how far the work has come, on a terminal, some time after the first progress. */
export class ProgressLine {
  readonly #stream: Out & NodeJS.WritableStream;
  readonly #color: boolean;
  readonly #clock: Clock;
  #latest: Progress | undefined;
  #waiting: Timer | undefined;
  #opening: Promise<void> | undefined;
  #spinner: Spinner | undefined;
  #ended = false;

  constructor(stream: Out & NodeJS.WritableStream, color: boolean, clock: Clock) {
    this.#stream = stream;
    this.#color = color;
    this.#clock = clock;
  }

  show(progress: Progress): void {
    if (this.#ended) return;
    this.#latest = progress;
    this.#spinner?.show(this.#text(progress));
    this.#waiting ??= this.#clock.after(
      appearsAfterMs,
      () => {
        this.#opening = this.#open(progress);
      },
      { background: true },
    );
  }

  async #open(first: Progress): Promise<void> {
    const spinner = await openSpinner(this.#stream, this.#text(this.#latest ?? first), this.#color);
    if (this.#ended) return spinner.stop();
    this.#spinner = spinner;
    spinner.show(this.#text(this.#latest ?? first));
  }

  #text(progress: Progress): string {
    return progressText(progress, (this.#stream.columns ?? 80) - besideColumns);
  }

  /** Makes room for another line. */
  clear(): void {
    this.#spinner?.clear();
  }

  /** Takes the line away for good. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#waiting?.cancel();
    this.#spinner?.stop();
    this.#spinner = undefined;
    await this.#opening;
  }
}
