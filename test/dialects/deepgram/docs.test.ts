import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { closeWords } from '../../../src/dialects/deepgram/closes.ts';
import { listenClientTypes, listenServerTypes } from '../../../src/dialects/deepgram/listen-messages.ts';
import { clientTypes, serverTypes } from '../../../src/dialects/deepgram/speak-messages.ts';

const page = readFileSync(new URL('../../../docs/protocols/deepgram.md', import.meta.url), 'utf8');

/** The types of messages that a table of the page names, in lower case. */
const named = new Set(
  [...page.matchAll(/`([A-Z][A-Za-z]+)(?:\{[^`]*)?`/g)].map((match) => (match[1] ?? '').toLowerCase()),
);

it.each([...new Set([...clientTypes, ...serverTypes, ...listenClientTypes, ...listenServerTypes])])(
  'the page has the message %s',
  (type) => expect(named).toContain(type),
);

it.each(closeWords)('the page has the close %s', (word) => expect(page).toContain(`\`${word}\``));

it('the page has no close that is not there', () => {
  const told = page.matchAll(/\b(?:MESSAGE|DATA|BIG|NET)-\d{4}\b/g);
  for (const [word] of told) expect(closeWords).toContain(word);
});
