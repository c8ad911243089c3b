/** A line at the bottom of the terminal that moves. Whatever else is written to that terminal goes above it. */
export interface Spinner {
  show(text: string): void;
  /** Takes the line away; it comes back with the next repaint. */
  clear(): void;
  stop(): void;
}

/** At most ten repaints a second. */
const repaintMs = 100;

/**
 * The only file that knows ora. Two of its habits are switched off: reading stdin (it may carry the text, and in raw
 * mode there is no Ctrl-C), and hiding the cursor (to bring it back it listens for signals, and would end the process
 * at the first Ctrl-C, which has to end the work cleanly instead).
 */
export async function openSpinner(stream: NodeJS.WritableStream, text: string, color: boolean): Promise<Spinner> {
  const { default: ora } = await import('ora');
  const spinner = ora({
    stream,
    text,
    color: color ? 'cyan' : false,
    interval: repaintMs,
    isEnabled: true,
    discardStdin: false,
    hideCursor: false,
  }).start();
  return {
    show(next) {
      spinner.text = next;
    },
    clear: () => spinner.clear(),
    stop: () => spinner.stop(),
  };
}
