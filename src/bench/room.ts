import { type Clock, pause } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { SessionOptions } from '../session/options.ts';
import type { Rates } from '../session/rates.ts';
import type { SpeakTraits } from '../speech/service.ts';
import type { SpeakCommand } from '../speech/speak.ts';

const flush: SpeakCommand = { type: 'flush', turn: 'room' };

function textOf(text: string): SpeakCommand {
  return { type: 'text', turn: 'room', text, throughChar: text.length };
}

/** A run is said in one go: what the service takes in a minute must hold it. */
function refuseTooMuch(chars: number, { charsPerMinute }: SpeakTraits['limits']): void {
  if (charsPerMinute === undefined || chars <= charsPerMinute) return;
  throw new SpeechError('E_REQUEST', `${chars} characters: the service takes ${charsPerMinute} a minute`, {
    todo: 'use shorter prompts, or --limits off if the service allows you more',
  });
}

export interface Room {
  /** How long it was waited for, ms. */
  readonly waitedMs: number;
  /** All of it has gone out by now; the service's minute begins no sooner. */
  used(): void;
}

/**
 * Waits until so many texts, with a flush each, may go out within a service's limits, and takes that room: a run waits
 * here, before anything of it is sent, and never on its way. Had the service a text for a minute before it is asked to
 * speak, how long it then takes would say nothing. Throws E_REQUEST for what could never go out.
 */
export async function takeRoom(
  rates: Rates,
  texts: readonly string[],
  { limits, startsWithoutFlush }: Pick<SpeakTraits, 'limits' | 'startsWithoutFlush'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Room> {
  const all = texts.join('');
  refuseTooMuch(all.length, limits);
  let waitedMs = 0;
  const commands = [textOf(all), ...(startsWithoutFlush ? [] : texts.map(() => flush))];
  for (;;) {
    const waits = commands.map((command) => ({ command, ms: rates.waitMs(command, texts.length) }));
    const longest = waits.reduce((most, one) => (one.ms > most.ms ? one : most));
    if (longest.ms === 0) break;
    rates.waits(longest.command, longest.ms);
    const fromMs = clock.now();
    await pause(clock, longest.ms, signal);
    waitedMs += clock.now() - fromMs;
  }
  const taken = commands.map((command) => rates.sent(command));
  return {
    waitedMs,
    used: () => {
      for (const used of taken) used();
    },
  };
}

/** The same for a session that is opened with these options; undefined where its service has no limits, or they are off. */
export async function roomFor(
  { rates, limits, clock, service, onWarning }: SessionOptions,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Room | undefined> {
  if (rates === undefined || limits === 'off') return undefined;
  rates.onWait = (message) => onWarning?.({ code: 'rate_wait', message });
  return takeRoom(rates, texts, service.traits, clock, signal);
}
