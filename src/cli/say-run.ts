import { SpeechError } from '../errors.ts';
import type { Heard } from '../session/options.ts';
import { openSpeakSession, type SpeakSession, type SpeakTurn } from '../session/speak-session.ts';
import type { Boundary } from '../speech/span.ts';
import type { PronunciationRule } from '../speech/speak.ts';
import { dryRun } from './dry-run.ts';
import { type TextInput, textInputs } from './input.ts';
import { type OpenPlayer, openPlayer } from './player.ts';
import { choose, type ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import type { SayFlags } from './say.ts';
import { closeAll, type OpenService, openService } from './service.ts';
import { speakSettings } from './settings.ts';
import { noteLive, sessionOptions, speak, wantsMarkdown } from './speaking.ts';
import { runSynth } from './synth-run.ts';
import { listVoices } from './voices-run.ts';
import { type SpeakParts, wireDry, wireSpeak } from './wiring.ts';

/** Speech begins with the first clause, then goes by sentences: the spans' own ends, all of them. */
const defaultFlush = 'clause';

/** `vox say`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runSay(words: readonly string[], flags: SayFlags, running: Running): Promise<number | undefined> {
  const { io, reporter } = running;
  const flush = flags.flush ?? defaultFlush;
  if (flags.voice === '?') return listVoices(flags, running);
  if (flags.output !== undefined) return runSynth(words, { ...flags, flush, jobs: 1 }, running);
  const choice = choose(flags, running);
  const inputs = textInputs(words, flags.file, io);
  if (flags.dryRun) return dryRun({ jobs: inputs.map((input) => ({ input })) }, flags, choice, running, flush);
  const { provider, why, endpoint } = choice;
  reporter.chosen({ provider, why, ...(endpoint && { endpoint }) });
  noteLive(inputs, running);
  const speaker = new Speaker(flags, running, choice, flush);
  running.onFirstStop(() => speaker.interrupt());
  try {
    await speaker.open();
    for (const input of inputs) await speaker.say(input);
    return undefined;
  } finally {
    await speaker.close();
  }
}

/** One session, and a loudspeaker for each turn of it. */
class Speaker {
  readonly #flags: SayFlags;
  readonly #running: Running;
  readonly #choice: ProviderChoice;
  readonly #flush: Boundary;
  #player: OpenPlayer | undefined;
  #service: OpenService | undefined;
  #session: SpeakSession | undefined;
  #rules: readonly PronunciationRule[] = [];
  #turn: SpeakTurn | undefined;
  #heard: Heard | undefined;

  constructor(flags: SayFlags, running: Running, choice: ProviderChoice, flush: Boundary) {
    this.#flags = flags;
    this.#running = running;
    this.#choice = choice;
    this.#flush = flush;
  }

  /**
   * The loudspeaker is opened before the first byte arrives, beside the service: a sound card that sleeps takes a
   * second to wake, and that second is not the service's.
   */
  async open(): Promise<void> {
    const opening = openService(this.#choice, this.#flags, this.#running, wireSpeak);
    const [service, player] = await Promise.allSettled([opening, this.#openPlayer()]);
    if (service.status === 'fulfilled') this.#service = service.value;
    if (player.status === 'fulfilled') this.#player = player.value;
    if (service.status === 'rejected') throw service.reason;
    if (player.status === 'rejected') throw player.reason;
    const { settings, rules } = this.#wanted(service.value.parts);
    this.#rules = rules;
    this.#session = openSpeakSession(sessionOptions(this.#running, service.value, settings, this.#flags, this.#flush));
  }

  #wanted(parts: Pick<SpeakParts, 'service' | 'baseUrl'>) {
    const { provider } = this.#choice;
    return speakSettings(this.#flags, this.#running.loaded.config, parts.service.traits, {
      baseUrl: parts.baseUrl,
      provider,
    });
  }

  async #openPlayer(): Promise<OpenPlayer> {
    const { settings } = this.#wanted(await wireDry(this.#choice));
    return openPlayer(this.#flags, settings.format, this.#running);
  }

  async say(input: TextInput): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const player = this.#player ?? (await this.#openPlayer());
    this.#player = player;
    const { markdown, language } = this.#flags;
    await speak(
      session,
      {
        input,
        sink: player.sink,
        playback: player.sink,
        markdown: wantsMarkdown(markdown, input),
        eager: this.#flush === 'clause',
        rules: this.#rules,
        ...(language !== undefined && { language }),
        onTurn: (turn) => {
          this.#turn = turn;
        },
        onLull: () => player.lull(),
        onReport: (report) => {
          const extra = { provider: this.#choice.provider, input: input.name, ...player.figures(), ...this.#heard };
          const ended = this.#heard ? 'interrupted' : report.ended;
          this.#running.reporter.turn({ ...report, ended }, extra);
        },
      },
      this.#running,
    );
    // The service may have said all, and yet not all was heard.
    if (this.#heard) throw new SpeechError('E_INTERRUPTED', 'interrupted');
    // It is held for one turn: played to its end, it has closed.
    this.#player = undefined;
  }

  /** Silence first, here; then the service is told. */
  interrupt(): void {
    this.#heard = this.#turn?.interrupt();
    this.#player?.sink.abort();
  }

  async close(): Promise<void> {
    await closeAll(
      async () => this.#player?.close(),
      async () => this.#session?.close(),
      async () => this.#service?.close(),
    );
  }
}
