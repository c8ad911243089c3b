/** The debug areas of `--debug wire,session,audio,server`. */
export const debugAreas = ['wire', 'session', 'audio', 'server'] as const;
export type DebugArea = (typeof debugAreas)[number];

/** Writes one debug line when its area is switched on; the text is made only then. */
export type Log = (area: DebugArea, text: () => string) => void;

export const noLog: Log = () => {};

export function createLog(areas: ReadonlySet<DebugArea>, write: (line: string) => void): Log {
  return (area, text) => {
    if (areas.has(area)) write(`[${area}] ${text()}\n`);
  };
}
