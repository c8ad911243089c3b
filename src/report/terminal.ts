/** Where text goes. The rest is what a terminal has beside `write`; without it there is no spinner. */
export interface Out {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalTraits {
  readonly color: boolean;
  readonly interactive: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Colours and spinners are for a person who looks: neither into a pipe, nor in CI, nor on a terminal that calls itself
 * dumb, nor where NO_COLOR is set (to anything but the empty string: no-color.org).
 */
export function terminalTraits(env: Env, stream: { readonly isTTY?: boolean }): TerminalTraits {
  const looks = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb' && !inCi(env.CI);
  return { color: looks, interactive: looks };
}

/** Build services set CI to `true` or `1`; people who switch it off by hand write `false` or `0`. */
function inCi(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());
}

/** A bar and its count have room in so many columns. */
const leastColumns = 20;

/**
 * A stream that a cursor can be moved on, as the spinner needs it. A terminal may say that it has no columns at all
 * (one made by a program, that nobody gave a size): the spinner would count infinitely many lines to clear.
 */
export function isTerminal(out: Out): out is Out & NodeJS.WritableStream {
  const needed = ['cursorTo', 'moveCursor', 'clearLine', 'once', 'removeListener'];
  const movable = needed.every((name) => typeof Reflect.get(out, name) === 'function');
  return out.isTTY === true && movable && (out.columns ?? 0) >= leastColumns;
}
