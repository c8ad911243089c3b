import { loadPaint, type Paint, plainPaint } from './paint.ts';

/** A line whose colours are put in when there are any. */
export type PaintedLine = (paint: Paint) => string;

/**
 * Writes lines in the order in which they come. Colours are loaded with the first line that wants them; the lines of
 * the meantime wait. Without colour every line is written at once.
 */
export class PaintedLines {
  readonly #write: (text: string) => void;
  #paint: Paint | undefined;
  #loading: Promise<void> | undefined;
  readonly #waiting: PaintedLine[] = [];

  constructor(write: (text: string) => void, color: boolean) {
    this.#write = write;
    this.#paint = color ? undefined : plainPaint;
  }

  add(line: PaintedLine): void {
    if (this.#paint) this.#write(line(this.#paint));
    else {
      this.#waiting.push(line);
      this.#loading ??= this.#load();
    }
  }

  async #load(): Promise<void> {
    // An error is said without colour rather than not at all.
    const paint = await loadPaint(true).catch(() => plainPaint);
    this.#paint = paint;
    for (const line of this.#waiting.splice(0)) this.#write(line(paint));
  }

  /** Resolves when all lines are written. */
  async flushed(): Promise<void> {
    await this.#loading;
  }
}
