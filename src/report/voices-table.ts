import { type Paint, plainPaint } from './paint.ts';
import { type TableOptions, textTable } from './table.ts';
import { jsonLine, visible } from './visible.ts';

/** What is known of a voice; the engine's own list and a vendor's both have this shape. */
export interface VoiceRow {
  readonly id: string;
  readonly language: string;
  readonly gender?: string;
  /** The model that the voice belongs to, where the provider has several. */
  readonly model?: string;
  readonly description: string;
}

export interface ListOptions extends TableOptions {
  readonly mode?: 'human' | 'json' | 'quiet';
  readonly paint?: Paint;
}

/** The list of `vox voices`: columns with a heading, one JSON object a line, or (quiet) the ids alone. */
export function voicesTable(voices: readonly VoiceRow[], options: ListOptions = {}): string {
  const { mode = 'human', paint = plainPaint } = options;
  if (mode === 'json') return voices.map((voice) => jsonLine(voiceObject(voice))).join('');
  if (mode === 'quiet') return voices.map(({ id }) => `${visible(id)}\n`).join('');
  const columns = voices.some(({ model }) => model !== undefined)
    ? [...base, model, description]
    : [...base, description];
  const heading = columns.map(({ name }) => ({ text: name, paint: paint.dim }));
  const rows = voices.map((voice) => columns.map(({ of }) => of(voice)));
  return textTable([heading, ...rows], options);
}

interface Column {
  readonly name: string;
  readonly of: (voice: VoiceRow) => string;
}

const base: readonly Column[] = [
  { name: 'voice', of: (voice) => voice.id },
  { name: 'language', of: (voice) => voice.language },
  { name: 'gender', of: (voice) => voice.gender ?? '' },
];
const model: Column = { name: 'model', of: (voice) => voice.model ?? '' };
const description: Column = { name: 'description', of: (voice) => voice.description };

/** Always the same keys, whatever else the list's objects carry. */
function voiceObject({ id, language, gender, model, description }: VoiceRow): object {
  return { event: 'voice', id, language, gender: gender ?? null, model: model ?? null, description };
}
