/** What must not outlive the process: temporary files, children. Whatever ends it, short of a kill, runs these. */
const undoings = new Set<() => void>();

function undoAll(): void {
  for (const undo of undoings) undo();
}

/** Runs `undo` (synchronous, never throwing) when the process exits. Returns the function that calls that off. */
export function atExit(undo: () => void): () => void {
  if (undoings.size === 0) process.on('exit', undoAll);
  undoings.add(undo);
  return () => {
    undoings.delete(undo);
    if (undoings.size === 0) process.off('exit', undoAll);
  };
}
