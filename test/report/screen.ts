import { EventEmitter } from 'node:events';

/** Collects what is written, as a pipe would. */
export class Pipe {
  text = '';
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

/** Sequences that draw nothing: colours, and the brackets of a synchronised repaint. */
const drawsNothing = new RegExp(`${String.fromCharCode(27)}\\[[?0-9;]*[a-zA-Z]`, 'g');
const clearsRest = `${String.fromCharCode(27)}[K`;
/** Stands for that sequence while a text is drawn. */
const clearSign = '\0';

/** A terminal that remembers what stands on it, as far as a spinner moves the cursor. */
export class Screen extends EventEmitter {
  readonly isTTY = true;
  readonly columns: number;
  /** Everything that was written, escapes included. */
  raw = '';
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns = 80) {
    super();
    this.columns = columns;
  }

  write(chunk: string): boolean {
    this.raw += chunk;
    for (const character of chunk.replaceAll(clearsRest, clearSign).replace(drawsNothing, '')) {
      if (character === clearSign) this.clearLine(1);
      else if (character === '\r') this.#column = 0;
      else if (character === '\n') {
        this.#row++;
        this.#column = 0;
        this.#rows[this.#row] ??= '';
      } else {
        const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
        this.#rows[this.#row] = row.slice(0, this.#column) + character + row.slice(this.#column + 1);
        this.#column++;
      }
    }
    return true;
  }

  cursorTo(column: number): boolean {
    this.#column = column;
    return true;
  }

  moveCursor(columns: number, rows: number): boolean {
    this.#column = Math.max(0, this.#column + columns);
    this.#row = Math.max(0, this.#row + rows);
    return true;
  }

  /** 1: from the cursor to the end of the line. */
  clearLine(direction: number): boolean {
    if (direction !== 1) throw new Error(`clearLine(${direction}) is not drawn here`);
    this.#rows[this.#row] = (this.#rows[this.#row] ?? '').slice(0, this.#column);
    return true;
  }

  /** What a person sees, without empty rows below. */
  get shown(): string[] {
    const rows = this.#rows.map((row) => row.trimEnd());
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }
}

/** Lets the event loop turn until something is so; fails when it never is. No time passes for what is tested. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  // Turns are no measure: a busy machine makes thousands of them while it loads a module.
  const givenUpMs = performance.now() + 10_000;
  while (performance.now() < givenUpMs) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`never happened: ${what}`);
}

const esc = String.fromCharCode(27);

/** The text without its colours, which is what a reader of a log sees. */
export function withoutColor(text: string): string {
  return text.replaceAll(new RegExp(`${esc}\\[[0-9;]*m`, 'g'), '');
}

export function hasEscapes(text: string): boolean {
  return text.includes(esc);
}
