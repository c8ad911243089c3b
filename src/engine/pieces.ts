/**
 * Cuts a text that is too long for one run of a synthesizer: behind the last mark that fits, else at the last space;
 * a word that is too long is cut where it is.
 */
export function pieces(text: string, maxChars: number): string[] {
  const cut: string[] = [];
  let rest = text;
  while (rest.length > maxChars) {
    const head = rest.slice(0, maxChars + 1);
    const at = [/^.*[,;:.!?]+(?= )/s, /^.*(?= )/s].map((end) => end.exec(head)?.[0].length ?? 0).find((n) => n > 0);
    cut.push(rest.slice(0, at ?? maxChars).trim());
    rest = rest.slice(at ?? maxChars).trim();
  }
  if (rest !== '') cut.push(rest);
  return cut;
}
