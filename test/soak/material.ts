/** What is said: everyday sentences, each once in so many, so that no two texts begin alike. */
const subjects = ['The baker', 'A small boat', 'The old library', 'Our train', 'The garden', 'A quiet street'];
const verbs = ['waits for', 'looks at', 'remembers', 'listens to', 'walks past', 'says nothing of'];
const objects = ['the morning rain', 'a red door', 'the long winter', 'seven blue chairs', 'the last bus home'];

function sentence(n: number): string {
  const verb = verbs[(n * 5 + Math.floor(n / 6)) % verbs.length];
  return `${subjects[n % subjects.length]} ${verb} ${objects[(n * 3) % objects.length]}, and number ${n} is no exception.`;
}

/** Paragraphs of as many sentences: three to twenty seconds of speech. */
const shapes: readonly (readonly number[])[] = [[1], [1], [2], [1, 1], [3], [2, 1], [2, 2, 1]];

export interface Said {
  readonly text: string;
  readonly voice: string;
  readonly sampleRateHz: number;
}

/** The clustergen voice costs five times as much as the diphones. */
const voices = ['kal16', 'kal', 'kal16', 'kal', 'kal16', 'slt', 'kal'];

export const texts: readonly Said[] = shapes.map((paragraphs, shape) => {
  let n = shape * 10;
  const text = paragraphs.map((count) => Array.from({ length: count }, () => sentence(n++)).join(' ')).join('\n\n');
  return { text, voice: voices[shape] ?? 'kal16', sampleRateHz: shape % 3 === 1 ? 16_000 : 24_000 };
});

/** What is heard: lines, with a breath behind each. */
export const breathMs = 600;
export const hearRateHz = 16_000;

export const talks: readonly (readonly string[])[] = [4, 8, 14, 20].map((count, talk) =>
  Array.from({ length: count }, (_, line) => `Line ${talk * 100 + line} ends here.`),
);

/** For a recogniser of real words. */
export const realTalks: readonly (readonly string[])[] = [
  ['We get up early in the morning and make some coffee.', 'At night the street is very quiet.'],
  [
    'My sister works in a small office near the river.',
    'Sometimes it rains all day.',
    'We stay inside and read a book.',
  ],
];
