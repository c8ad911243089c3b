import type { Clock } from '../../clock.ts';
import { SpeechError, toSpeechError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { afplayPlayer } from './afplay.ts';
import { audioIo } from './audio-io.ts';
import type { PlayDevice, Player } from './device.ts';
import { programPlayer } from './program.ts';
import { playerPrograms } from './program-table.ts';
import { speaker } from './speaker.ts';

/** What every device can do. */
const listingRateHz = 48_000;

/** In the order in which they are tried; why in this one: docs/playing.md. */
export const players: readonly Player[] = [...[speaker, audioIo, ...playerPrograms].map(programPlayer), afplayPlayer];

export interface FindOptions {
  /** The name of the only player that will do. */
  readonly wanted?: string | undefined;
  readonly deviceName?: string | undefined;
  readonly sampleRateHz: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Others than ours, for tests. */
  readonly among?: readonly Player[];
}

export interface PlayerChoice {
  readonly name: string;
  readonly device: PlayDevice;
  /** Those tried before it, and why they would not do. */
  readonly passedOver: readonly Unusable[];
}

export interface Unusable {
  readonly name: string;
  readonly why: string;
}

/**
 * Opens the first player that works. Throws SpeechError: E_USAGE for a name that is no player's, E_UNSUPPORTED where
 * `deviceName` is given and the player can pick none, E_PLAYER where none works (or the wanted one does not).
 */
export async function findPlayer(options: FindOptions): Promise<PlayerChoice> {
  const { sampleRateHz, clock, deviceName, log } = options;
  const passedOver: Unusable[] = [];
  for (const player of candidates(options)) {
    const tried = await tryPlayer(player, { sampleRateHz, clock, deviceName });
    if (typeof tried !== 'string') {
      log('audio', () => `plays through ${player.name} at ${sampleRateHz} Hz`);
      return { name: player.name, device: tried, passedOver };
    }
    passedOver.push({ name: player.name, why: tried });
    log('audio', () => `not through ${player.name}: ${tried}`);
  }
  throw nothingPlays(passedOver);
}

/** Every player, in order, and why it is not usable, if it is not: each is opened, and plays a moment of silence. */
export async function listPlayers(
  clock: Clock,
  among: readonly Player[] = players,
): Promise<readonly { name: string; why: string | undefined }[]> {
  const list = [];
  for (const player of among) {
    const tried = await tryPlayer(player, { sampleRateHz: listingRateHz, clock });
    if (typeof tried !== 'string') tried.abort();
    list.push({ name: player.name, why: typeof tried === 'string' ? tried : undefined });
  }
  return list;
}

function candidates({ wanted, deviceName, among = players }: FindOptions): readonly Player[] {
  const named = wanted === undefined ? among : among.filter((player) => player.name === wanted);
  if (named.length === 0) {
    const names = among.map((player) => player.name).join(', ');
    throw new SpeechError('E_USAGE', `there is no player called ${wanted}`, { todo: `use one of: ${names}` });
  }
  if (deviceName === undefined) return named;
  const picking = named.filter((player) => player.picksDevice);
  if (picking.length === 0) {
    const able = among.filter((player) => player.picksDevice).map((player) => player.name);
    throw new SpeechError('E_UNSUPPORTED', `the player ${wanted} cannot pick a device`, {
      todo: `leave -a out, or use --player with one of: ${able.join(', ')}`,
    });
  }
  return picking;
}

/** The open device, or why there is none. */
async function tryPlayer(player: Player, options: Parameters<Player['open']>[0]): Promise<PlayDevice | string> {
  const why = player.missing();
  if (why !== undefined) return why;
  try {
    return await player.open(options);
  } catch (thrown) {
    const [firstLine = ''] = toSpeechError(thrown).message.split('\n');
    return firstLine.startsWith(`${player.name}: `) ? firstLine.slice(player.name.length + 2) : firstLine;
  }
}

/** What to install, where the table's own words (Debian's packages) are not the right ones. */
const installOn: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'install sox or ffmpeg (`brew install sox`), or write a file with -o',
  win32: 'install ffmpeg (`winget install ffmpeg`), or write a file with -o',
};

function nothingPlays(tried: readonly Unusable[]): SpeechError {
  const reasons = tried.map(({ name, why }) => `${name}: ${why}`).join('; ');
  const todo = installOn[process.platform];
  return new SpeechError('E_PLAYER', `nothing here plays sound (${reasons})`, todo === undefined ? {} : { todo });
}
