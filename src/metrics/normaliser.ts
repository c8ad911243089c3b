/** What makes words of a text before word errors are counted. Any change of a rule is a new version. */
export const normaliser = { name: 'voxwire-en', version: 1 } as const;
/** As documents carry it. */
export const normaliserId = `${normaliser.name}/${normaliser.version}`;

const titles: ReadonlyMap<string, string> = new Map([
  ['mr', 'mister'],
  ['mrs', 'missus'],
  ['dr', 'doctor'],
]);

const apostrophes = /[‘’ʼ`´]/g;

/** Applied in this order; docs/metrics.md says each in words. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/&/g, ' and '],
  [/%/g, ' percent '],
  // The comma of 12,345.
  [/(?<=\d),(?=\d{3}(?!\d))/g, ''],
  // A decimal's digits are said one by one.
  [/(?<=\d)\.(?=\d)/g, ' point '],
  [/(?<![\p{L}\p{N}\p{M}])'|'(?![\p{L}\p{N}])/gu, ' '],
  [/[^\p{L}\p{N}\p{M}']+/gu, ' '],
];

/** The words of a text, as they are compared: `Mr. Lee's 3 dogs` is `mister lee's three dogs`. */
export function normalise(text: string): string[] {
  const lower = text.replace(apostrophes, "'").normalize('NFKC').toLowerCase();
  const plain = rules.reduce((so, [sign, instead]) => so.replace(sign, instead), lower);
  return plain
    .split(' ')
    .filter((word) => word !== '')
    .flatMap((word, i, words) => sayNumber(word, words[i - 1] === 'point' && /^\d+$/.test(words[i - 2] ?? '')))
    .map((word) => titles.get(word) ?? word);
}

const small = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
];
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

function sayNumber(word: string, isDecimal: boolean): string[] {
  if (!/^[0-9]+$/.test(word)) return [word];
  // 007, and what stands behind a point.
  if (isDecimal || (word.length > 1 && word.startsWith('0')))
    return [...word].flatMap((digit) => integer(Number(digit)));
  return word.length > 6 ? [word] : integer(Number(word));
}

/** 0 to 999,999, without `and`. */
function integer(value: number): string[] {
  if (value < 20) return [small[value] ?? ''];
  if (value < 100) return [tens[Math.floor(value / 10)] ?? '', ...rest(value % 10)];
  if (value < 1000) return [...integer(Math.floor(value / 100)), 'hundred', ...rest(value % 100)];
  return [...integer(Math.floor(value / 1000)), 'thousand', ...rest(value % 1000)];
}

function rest(value: number): string[] {
  return value === 0 ? [] : integer(value);
}
