import type { AudioFormat } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import { errorTable, toSpeechError } from '../errors.ts';
import { type Check, lookWithinMs } from './check.ts';
import { playTone, toneFormat, toneMs } from './tone.ts';

/** One way to play sound, and why it cannot be used here, where it cannot. */
export interface PlayerFinding {
  readonly name: string;
  readonly why?: string;
}

export type ListPlayers = () => Promise<readonly PlayerFinding[]>;
/** The path of a program on the PATH, or undefined. */
export type FindProgram = (name: string) => Promise<string | undefined>;

/** Each player is tried, one after another, and a device that sleeps takes a second or two to wake. */
const playersWithinMs = 20_000;

/** A program that records, in the order in which `vox listen` tries them, and why it cannot be used, where it cannot. */
export interface RecorderFinding {
  readonly name: string;
  readonly path?: string;
  readonly missing?: string;
}

export type ListRecorders = () => readonly RecorderFinding[];

/** A machine without any (a server) still writes files: that is a warning. */
export function playerCheck(list: ListPlayers): Check {
  return {
    name: 'player',
    stage: 'look',
    withinMs: playersWithinMs,
    fault: 'E_PLAYER',
    async run() {
      const players = await list();
      const data = { players };
      const usable = players.filter(isUsable).map(({ name }) => name);
      if (usable.length > 0) return { status: 'ok', detail: usable.join(', '), data };
      const reasons = players.map(({ name, why }) => `${name}: ${why}`).join('; ');
      const detail = reasons ? `none works (${reasons})` : 'none';
      return { status: 'warn', detail, data, todo: errorTable.E_PLAYER.todo, code: 'E_PLAYER' };
    },
  };
}

function isUsable({ why }: PlayerFinding): boolean {
  return why === undefined;
}

/** A machine without any still reads files and pipes: that is a warning. */
export function recorderCheck(list: ListRecorders): Check {
  return {
    name: 'recorder',
    stage: 'look',
    withinMs: lookWithinMs,
    fault: 'E_RECORDER',
    run() {
      const recorders = list();
      const data = { recorders };
      const usable = recorders.filter(({ missing }) => missing === undefined).map(({ name }) => name);
      if (usable.length > 0) return { status: 'ok', detail: usable.join(', '), data };
      const reasons = recorders.map(({ name, missing }) => `${name}: ${missing}`).join('; ');
      return {
        status: 'warn',
        detail: `none (${reasons})`,
        data,
        todo: errorTable.E_RECORDER.todo,
        code: 'E_RECORDER',
      };
    },
  };
}

export interface ToneOptions {
  readonly list: ListPlayers;
  /** Left out with `--no-tone`. */
  readonly open?: (format: AudioFormat) => Promise<AudioSink> | AudioSink;
  /** A player or a device was named: that it does not work is then a failure. */
  readonly named?: boolean;
}

/** Plays a second of tone on the first player that works. That none does (no sound card) is a warning. */
export function toneCheck({ list, open, named = false }: ToneOptions): Check {
  return {
    name: 'tone',
    stage: 'sound',
    // The second itself, and a device that sleeps.
    withinMs: toneMs + 10_000,
    fault: 'E_DEVICE',
    async run(signal) {
      if (!open) return { status: 'skip', detail: 'not wanted' };
      if (!named && !(await list()).some(isUsable)) return { status: 'skip', detail: 'no player' };
      try {
        const played = await playTone(await open(toneFormat), signal);
        return { status: 'ok', detail: `${toneMs / 1000} s played`, data: { toneMs, ...played } };
      } catch (thrown) {
        const { code, message, todo } = toSpeechError(thrown, 'E_DEVICE');
        if (named || code !== 'E_PLAYER') throw thrown;
        return { status: 'warn', detail: message, todo, code };
      }
    },
  };
}
