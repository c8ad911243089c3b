import type { PronunciationRule } from '../speech/speak.ts';

/** What a client may create, checked. */
export interface DictionaryInput {
  readonly name: string;
  readonly metadata: Fields;
  /** `ipa` is stored and given back, and not used (PROTOCOLS 1.4). */
  readonly modes: { readonly rewrite: { readonly rules: readonly PronunciationRule[] }; readonly ipa?: unknown };
}

type Fields = Readonly<Record<string, unknown>>;

/** Complaints by the path of the field that they are about. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** The bounds of PROTOCOLS 1.4, in characters and rules. */
const most = { name: 128, match: 128, replace: 256, rules: 256 } as const;
const namePattern = /^[A-Za-z0-9._-]+$/;
/** With very many faults, these are enough to go on with. */
const maxComplaints = 20;

/** Reads the body of a create request. Every fault is told, not only the first. */
export function checkDictionary(body: unknown): { input: DictionaryInput } | { fieldErrors: FieldErrors } {
  const complaints = new Complaints();
  if (!isFields(body)) return { fieldErrors: complaints.of('body', 'wants a JSON object').all };
  const name = checkName(body.name, complaints);
  if (body.metadata !== undefined && !isFields(body.metadata)) complaints.of('metadata', 'wants an object');
  const modes = checkModes(body.modes, complaints);
  if (!complaints.none || name === undefined || modes === undefined) return { fieldErrors: complaints.all };
  return { input: { name, metadata: isFields(body.metadata) ? body.metadata : {}, modes } };
}

class Complaints {
  readonly #byPath: Record<string, string[]> = {};
  #count = 0;

  of(path: string, complaint: string): this {
    if (this.#count++ < maxComplaints) this.#byPath[path] = [...(this.#byPath[path] ?? []), complaint];
    return this;
  }

  get none(): boolean {
    return this.#count === 0;
  }

  get all(): FieldErrors {
    return this.#byPath;
  }
}

function checkName(name: unknown, complaints: Complaints): string | undefined {
  const fits = typeof name === 'string' && name.length <= most.name && namePattern.test(name);
  if (fits) return name;
  complaints.of('name', `wants 1 to ${most.name} letters, digits, dots, hyphens or underscores`);
  return undefined;
}

function checkModes(modes: unknown, complaints: Complaints): DictionaryInput['modes'] | undefined {
  if (!isFields(modes)) {
    complaints.of('modes', 'wants an object with rewrite rules');
    return undefined;
  }
  const rules = isFields(modes.rewrite) ? modes.rewrite.rules : undefined;
  if (!Array.isArray(rules) || rules.length > most.rules) {
    complaints.of('modes.rewrite.rules', `wants a list of at most ${most.rules} rules`);
    return undefined;
  }
  const checked = rules.map((rule: unknown, i) => checkRule(rule, `modes.rewrite.rules[${i}]`, complaints));
  return { rewrite: { rules: checked }, ...(modes.ipa !== undefined && { ipa: modes.ipa }) };
}

/** Blanks at the ends of a match say nothing, as in a file of rules: what is stored and given back is what is looked for. */
function checkRule(rule: unknown, path: string, complaints: Complaints): PronunciationRule {
  const { match, replace } = isFields(rule) ? rule : {};
  const matches = typeof match === 'string' && match.trim() !== '' && match.length <= most.match;
  const replaces = typeof replace === 'string' && replace.length <= most.replace;
  if (!matches) complaints.of(`${path}.match`, `wants 1 to ${most.match} characters, not only spaces`);
  if (!replaces) complaints.of(`${path}.replace`, `wants text of at most ${most.replace} characters`);
  return { match: matches ? match.trim() : '', replace: replaces ? replace : '' };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
