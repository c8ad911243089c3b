/** Who says it, for a person: counted from 1. Undefined where nobody is told apart. */
export function speakerLabel(channel: number | undefined, speaker: number | undefined): string | undefined {
  if (channel === undefined) return speaker === undefined ? undefined : `Speaker ${speaker + 1}`;
  return speaker === undefined ? `Channel ${channel + 1}` : `Channel ${channel + 1}, speaker ${speaker + 1}`;
}
