/** Characters a piece has at least, but for the last: a write each, and not one a run. */
const pieceLength = 65_536;

/** The same text in fewer, larger pieces. */
export function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
