import { findProgram } from '../audio/find-program.ts';
import { listRecorders } from '../audio/sources/recorders.ts';
import type { Clock } from '../clock.ts';
import type { Check } from './check.ts';
import { type ClockParts, clockCheck } from './clock.ts';
import { fliteCheck, programCheck, programNeeds, type WordSpeaker } from './engines.ts';
import { type MicrophoneOptions, microphoneCheck } from './microphone.ts';
import { programVersion } from './program-version.ts';
import { type ReachTarget, reachCheck } from './reach.ts';
import { type RecogniserParts, recogniserCheck } from './recogniser.ts';
import { choiceCheck, configCheck, type FoundKey, keysCheck, runtimeCheck, runtimeFacts } from './setup.ts';
import { type ListPlayers, playerCheck, recorderCheck, type ToneOptions, toneCheck } from './sound.ts';

/** What the checks need of the rooms that they do not know. */
export interface DoctorWiring {
  readonly clock: Clock;
  readonly voxVersion: string;
  readonly config: () => { readonly path: string; readonly found: boolean };
  readonly keys: () => readonly FoundKey[];
  readonly choose: () => { readonly provider: string; readonly why: string };
  readonly targets: readonly ReachTarget[];
  readonly listPlayers: ListPlayers;
  /** Opens the player for the tone; left out with `--no-tone`. */
  readonly openPlayer?: ToneOptions['open'];
  /** A player or a device was named with a flag: it has to work. */
  readonly playerNamed?: boolean;
  /** Starts a recorder; left out with `--no-microphone`. */
  readonly openMicrophone?: MicrophoneOptions['open'];
  /** A recorder or a microphone was named with a flag: it has to work. */
  readonly microphoneNamed?: boolean;
  /** What the services of `targets` told of the time, once they were reached. */
  readonly serviceTimes: Omit<ClockParts, 'now'>;
  /** Where programs are looked for; the variable PATH where it is left out. */
  readonly searchPath?: string;
  readonly openEngine: () => Promise<WordSpeaker> | WordSpeaker;
  readonly findRecogniser: RecogniserParts['find'];
  readonly openRecogniser: RecogniserParts['openHearer'];
}

/** The examination of `vox doctor`, in the order in which it is printed. */
export function standardChecks(wiring: DoctorWiring): Check[] {
  // Asked once: looking for players may open devices.
  let players: ReturnType<ListPlayers> | undefined;
  const list: ListPlayers = () => {
    players ??= wiring.listPlayers();
    return players;
  };
  const find = async (name: string) => findProgram(name, wiring.searchPath);
  const tone = { ...(wiring.openPlayer && { open: wiring.openPlayer }), named: wiring.playerNamed ?? false };
  const recorders = () => listRecorders((name) => findProgram(name, wiring.searchPath));
  const microphone = {
    ...(wiring.openMicrophone && { open: wiring.openMicrophone }),
    named: wiring.microphoneNamed ?? false,
  };
  return [
    runtimeCheck(runtimeFacts(wiring.voxVersion)),
    configCheck(wiring.config),
    keysCheck(wiring.keys),
    choiceCheck(wiring.choose),
    ...wiring.targets.map(reachCheck),
    clockCheck({ ...wiring.serviceTimes, now: () => wiring.clock.now() }),
    playerCheck(list),
    recorderCheck(recorders),
    toneCheck({ list, ...tone }),
    microphoneCheck({ list: recorders, ...microphone }),
    fliteCheck(wiring.openEngine, wiring.clock),
    recogniserCheck({
      find: wiring.findRecogniser,
      openSpeaker: wiring.openEngine,
      openHearer: wiring.openRecogniser,
      clock: wiring.clock,
    }),
    ...programNeeds.map((need) => programCheck(need, find, programVersion)),
  ];
}
