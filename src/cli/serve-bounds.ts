import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Bound, type BoundName, type BoundUnit, boundNames, bounds, type ServerLimits } from '../server/bounds.ts';
import { wholeNumber } from './flags.ts';

/** A longer one could not be timed (2³¹ ms). */
const mostSeconds = 20 * 86_400;

function shortSeconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= mostSeconds)) {
    throw new InvalidArgumentError(`Not a number of seconds above 0, up to ${mostSeconds}.`);
  }
  return value;
}

interface UnitRow {
  read(text: string): number;
  /** What the table counts, of what a flag says. */
  readonly factor: number;
}

const units: Readonly<Record<BoundUnit, UnitRow>> = {
  n: { read: wholeNumber(1, 1_000_000), factor: 1 },
  bytes: { read: wholeNumber(1, 2 ** 30), factor: 1 },
  chars: { read: wholeNumber(1, 2 ** 30), factor: 1 },
  seconds: { read: shortSeconds, factor: 1000 },
};

function optionOf({ flag, unit, usual, words }: Bound): Option {
  const { read, factor } = units[unit];
  return new Option(`${flag} <${unit}>`, words).argParser(read).default(usual / factor);
}

/** A flag for each bound of the server, in a group of their own. */
export function addBoundFlags(command: Command): Command {
  command.optionsGroup('Bounds:');
  for (const name of boundNames) command.addOption(optionOf(bounds[name]));
  return command;
}

/** What the flags say, as the server counts it. */
export function limitsOf(command: Command): Partial<ServerLimits> {
  const limits: Partial<Record<BoundName, number>> = {};
  for (const name of boundNames) {
    const bound = bounds[name];
    const value: unknown = command.getOptionValue(optionOf(bound).attributeName());
    if (typeof value === 'number') limits[name] = value * units[bound.unit].factor;
  }
  return limits;
}
