import type { Clock, Timer } from '../../clock.ts';
import type { Out } from '../terminal.ts';
import { shortenStart, textWidth } from '../text-width.ts';
import { visible } from '../visible.ts';

/** At most ten repaints a second. */
const repaintMs = 100;
/** The levels that the meter shows: the last quarter of a second, at 50 ms a chunk. */
const levelsShown = 5;
const bars = '▁▂▃▄▅▆▇█';
/** The lowest bar's; the highest one's is 0 dBFS. */
const quietestDb = -60;
const separator = ' · ';

const toLineStart = '\r';
const clearRest = '\x1b[K';

/**
 * The last line of a terminal while somebody speaks: how loud it is, and what is understood so far. Only where a
 * person looks: whether `out` is such a terminal (`terminalTraits`, `isTerminal`) is the caller's to know. What else
 * is written to the same terminal needs `clear` before it; the line comes back below that with its next repaint.
 */
export class LiveTranscript {
  readonly #out: Out;
  readonly #clock: Clock;
  #levels: number[] = [];
  #text = '';
  /** What stands there now; empty where nothing does. */
  #shown = '';
  #paintedAtMs = Number.NEGATIVE_INFINITY;
  #waiting: Timer | undefined;
  #ended = false;

  constructor(out: Out, clock: Clock) {
    this.#out = out;
    this.#clock = clock;
  }

  /** The newest interim text; empty where nothing is open, as after a final. */
  interim(text: string): void {
    this.#text = visible(text).trim();
    this.#changed();
  }

  /** How loud the last chunk was, dBFS. */
  level(levelDb: number): void {
    this.#levels = [...this.#levels, levelDb].slice(-levelsShown);
    this.#changed();
  }

  /** Makes room for another line. */
  clear(): void {
    if (this.#shown === '') return;
    this.#out.write(toLineStart + clearRest);
    this.#shown = '';
    // A whole pause from here, so that it does not come back before the other line is written.
    this.#paintedAtMs = this.#clock.now();
    this.#waiting?.cancel();
    this.#waiting = undefined;
    this.#changed();
  }

  /** Takes the line away for good. */
  end(): void {
    this.#ended = true;
    this.clear();
    this.#waiting?.cancel();
  }

  #changed(): void {
    if (this.#ended || this.#waiting) return;
    const dueMs = this.#paintedAtMs + repaintMs - this.#clock.now();
    if (dueMs <= 0) this.#paint();
    else this.#waiting = this.#clock.after(dueMs, () => this.#due(), { background: true });
  }

  #due(): void {
    this.#waiting = undefined;
    this.#paint();
  }

  #paint(): void {
    const line = this.#line();
    if (line === this.#shown) return;
    this.#paintedAtMs = this.#clock.now();
    this.#shown = line;
    this.#out.write(toLineStart + line + clearRest);
  }

  #line(): string {
    // One column is kept free, or the terminal would wrap.
    const columns = (this.#out.columns ?? 80) - 1;
    const meter = this.#levels.map(barOf).join('');
    if (this.#text === '') return meter;
    const lead = meter === '' ? '' : meter + separator;
    return lead + shortenStart(this.#text, columns - textWidth(lead));
  }
}

/** The bar of a level; silence has the lowest. */
function barOf(levelDb: number): string {
  const share = 1 - Math.min(Math.max(levelDb, quietestDb), 0) / quietestDb;
  return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))] ?? '';
}
