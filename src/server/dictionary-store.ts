import { createHash } from 'node:crypto';
import { SpeechError } from '../errors.ts';
import type { PronunciationRef } from '../speech/speak.ts';
import { createRewriter } from '../text/pronounce.ts';
import type { DictionaryInput } from './dictionary-check.ts';

/** A pronunciation dictionary that clients may name (PROTOCOLS 1.4). */
export interface Dictionary extends DictionaryInput {
  readonly id: string;
  readonly normalizedName: string;
  /** SHA-256 of the modes, hexadecimal. */
  readonly contentHash: string;
  readonly createdAt: Date;
  /** Applies the rules to a text that is about to be spoken. */
  rewrite(text: string): string;
  /** What it takes, as JSON. */
  readonly bytes: number;
}

/** The dictionaries of one server, in memory. Names differ when they differ in more than case. */
export class DictionaryStore {
  readonly #byName = new Map<string, Dictionary>();
  readonly #most: number;
  readonly #mostBytes: number;
  #bytes = 0;
  readonly #ids: () => string;
  readonly #today: () => Date;

  constructor(options: { most: number; mostBytes: number; ids: () => string; today: () => Date }) {
    this.#most = options.most;
    this.#mostBytes = options.mostBytes;
    this.#ids = options.ids;
    this.#today = options.today;
  }

  create(input: DictionaryInput): Dictionary | 'conflict' | 'full' {
    const normalizedName = normalize(input.name);
    if (this.#byName.has(normalizedName)) return 'conflict';
    const bytes = Buffer.byteLength(JSON.stringify(input));
    if (this.#byName.size >= this.#most || this.#bytes + bytes > this.#mostBytes) return 'full';
    this.#bytes += bytes;
    const dictionary: Dictionary = {
      ...input,
      id: `pd_${this.#ids()}`,
      normalizedName,
      contentHash: createHash('sha256').update(JSON.stringify(input.modes)).digest('hex'),
      createdAt: this.#today(),
      rewrite: createRewriter(input.modes.rewrite.rules),
      bytes,
    };
    this.#byName.set(normalizedName, dictionary);
    return dictionary;
  }

  find(ref: PronunciationRef): Dictionary | undefined {
    if ('name' in ref) return this.#byName.get(normalize(ref.name));
    return this.list().find((dictionary) => dictionary.id === ref.id);
  }

  /** What a session names. Throws E_PRONUNCIATION, in the vendor's own words (PROTOCOLS 1.4). */
  get(ref: PronunciationRef): Dictionary {
    const found = this.find(ref);
    if (found) return found;
    const named = 'name' in ref ? ref.name : ref.id;
    throw new SpeechError('E_PRONUNCIATION', `Pronunciation dictionary not found: ${named}`, {
      detail: { vendorCode: 'pronunciation_not_found' },
    });
  }

  /** In the order in which they were made. */
  list(): Dictionary[] {
    return [...this.#byName.values()];
  }

  /** Sessions that use it keep it. Says whether it was there. */
  delete(name: string): boolean {
    const found = this.find({ name });
    this.#bytes -= found?.bytes ?? 0;
    return this.#byName.delete(normalize(name));
  }
}

function normalize(name: string): string {
  return name.toLowerCase();
}
