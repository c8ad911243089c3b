import { SpeechError } from '../../errors.ts';
import type { ConnectSettings } from '../../speech/connect.ts';
import type { Query } from './endpoint.ts';
import { BadQuery } from './endpoint.ts';

/** The settings that decide what is said, and how the audio is read: behind their back they would make noise of it. */
const settingOf: Readonly<Record<string, string>> = {
  model: 'use -v or --model for this',
  encoding: 'use --encoding for this',
  sample_rate: 'use --sample-rate for this',
  channels: 'a session here has one channel',
  multichannel: 'a session here has one channel; `vox transcribe --channels split` opens one for each',
};

/** `--param name=value`, all of it, for the query. It comes after the settings, and wins over those it may name. */
export function passedOn(params: ConnectSettings['params']): Query {
  for (const name of Object.keys(params ?? {})) {
    if (Object.hasOwn(settingOf, name)) throw new SpeechError('E_USAGE', `--param ${name}: ${settingOf[name]}`);
  }
  return params ?? {};
}

/** A server's reading of a query. Throws BadQuery for a value that is none of its kind; unknown names are nobody's. */
export class QueryReader {
  readonly #query: URLSearchParams;

  constructor(query: URLSearchParams) {
    this.#query = query;
  }

  /** Undefined where the name is missing or its value is empty. */
  text(name: string): string | undefined {
    return this.#query.get(name) || undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false') throw badValue(name, 'true or false');
    return value === 'true';
  }

  number(name: string, least: number, most: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!(number >= least && number <= most)) throw badValue(name, `a number from ${least} to ${most}`);
    return number;
  }

  whole(name: string, least: number, most: number): number | undefined {
    const number = this.number(name, least, most);
    if (number !== undefined && !Number.isInteger(number)) throw badValue(name, 'a whole number');
    return number;
  }
}

function badValue(name: string, wanted: string): BadQuery {
  return new BadQuery(`Failed to deserialize query parameters: ${name} must be ${wanted}`);
}
