import type { Heard } from '../session/options.ts';
import { openSpeakSession, type SpeakSession, type SpeakTurn } from '../session/speak-session.ts';
import type { Boundary } from '../speech/span.ts';
import type { PronunciationRule } from '../speech/speak.ts';
import { dryRun } from './dry-run.ts';
import { type TextInput, textInputs } from './input.ts';
import { type OpenPlayer, openPlayer } from './player.ts';
import { chooseProvider, type ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import type { SayFlags } from './say.ts';
import { speakSettings } from './settings.ts';
import { closeAll, sessionOptions, speak, wantsMarkdown } from './speaking.ts';
import { runSynth } from './synth-run.ts';
import { openTrace, type Trace } from './trace.ts';
import { listVoices } from './voices-run.ts';
import { type SpeakParts, wireDry, wireSpeak } from './wiring.ts';

/** Speech begins with the first clause, then goes by sentences: the spans' own ends, all of them. */
const defaultFlush = 'clause';

/** `vox say`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runSay(words: readonly string[], flags: SayFlags, running: Running): Promise<number | undefined> {
  const { io, reporter, loaded } = running;
  const flush = flags.flush ?? defaultFlush;
  if (flags.voice === '?') return listVoices(flags, running);
  if (flags.output !== undefined) return runSynth(words, { ...flags, flush, jobs: 1 }, running);
  const choice = chooseProvider(flags, io.env, loaded);
  const inputs = textInputs(words, flags.file, io);
  if (flags.dryRun) return dryRun(inputs, flags, choice, await wireDry(choice), running, flush);
  const { provider, why, endpoint } = choice;
  reporter.chosen({ provider, why, ...(endpoint && { endpoint }) });
  if (io.stdin.isTTY && inputs.some((input) => input.live)) reporter.note('type what to say; Ctrl-D ends it');
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
  #parts: SpeakParts | undefined;
  #trace: Trace | undefined;
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
    const { clock } = this.#running;
    const [parts, player] = await Promise.allSettled([wireSpeak(this.#choice, this.#running), this.#openPlayer()]);
    if (parts.status === 'fulfilled') this.#parts = parts.value;
    if (player.status === 'fulfilled') this.#player = player.value;
    if (parts.status === 'rejected') throw parts.reason;
    if (player.status === 'rejected') throw player.reason;
    if (this.#flags.trace !== undefined) this.#trace = await openTrace(this.#flags.trace, clock);
    const { settings, rules } = this.#wanted(parts.value);
    this.#rules = rules;
    const watcher = this.#trace?.watcher(parts.value.service.name, parts.value.credentials.key);
    this.#session = openSpeakSession(
      sessionOptions(this.#running, parts.value, settings, this.#flags, this.#flush, watcher),
    );
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
          this.#running.reporter.turn(report, extra);
        },
      },
      this.#running,
    );
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
      async () => this.#parts?.close(),
      async () => this.#trace?.close(),
    );
  }
}
