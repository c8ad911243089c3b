import type { AudioChunk } from '../audio/format.ts';
import { levelDbfs } from '../audio/level.ts';
import { linear16 } from '../audio/linear16.ts';
import { createVad, type Vad } from '../audio/vad.ts';
import { SpeechError } from '../errors.ts';
import type { ListenReport } from '../metrics/listen-report.ts';
import { hear } from '../session/hearing.ts';
import type { Hearing, ListenOutput } from '../session/listen-options.ts';
import type { ListenSettings } from '../speech/listen.ts';
import { limited, noticed, untilSilent } from './audio-taps.ts';
import { dryMicrophone } from './dry-listen.ts';
import { checkedSettings, listenOptions } from './hearing.ts';
import type { ListenFlags } from './listen.ts';
import { type ListenFiles, planFiles } from './listen-files.ts';
import { ListenOutputs } from './listen-outputs.ts';
import { openSaved, type Saved } from './listen-saved.ts';
import { sentRateHz } from './listen-settings.ts';
import { checkSource, type ListenSource, openListenSource } from './listen-source.ts';
import { choose, type ProviderChoice } from './providers.ts';
import { type Running, reportFailure } from './running.ts';
import { closeAll, type OpenService, openService } from './service.ts';
import { growingOutput, stdoutOutput } from './transcript-output.ts';
import { type ListenParts, wireListen } from './wiring.ts';

/** `vox listen`, once its flags are read. Resolves with the exit code where it is not 0. */
export async function runListen(flags: ListenFlags, running: Running): Promise<number | undefined> {
  const { reporter } = running;
  const choice = choose(flags, running);
  const files = planFiles(flags);
  checkSource(flags, running.io);
  if (flags.dryRun) return dryMicrophone(flags, choice, running);
  const { provider, why, endpoint } = choice;
  reporter.chosen({ provider, why, ...(endpoint && { endpoint }) });
  const listening = new Listening(flags, running, choice);
  running.onFirstStop(() => listening.stop());
  try {
    await listening.open(files);
    await listening.run();
    return undefined;
  } catch (thrown) {
    const { kept } = listening;
    return reportFailure(thrown, running, kept === undefined ? {} : { kept });
  } finally {
    await listening.close();
  }
}

/** One time at the microphone: its audio, its session, and where what is heard goes. */
class Listening {
  readonly #flags: ListenFlags;
  readonly #running: Running;
  readonly #choice: ProviderChoice;
  readonly #outputs = new ListenOutputs();
  #source: ListenSource | undefined;
  #service: OpenService<ListenParts> | undefined;
  #settings: ListenSettings | undefined;
  #kept: readonly string[] = [];
  #saved: Saved | undefined;
  #hearing: Hearing | undefined;
  #vad: Vad | undefined;
  #stopped = false;

  constructor(flags: ListenFlags, running: Running, choice: ProviderChoice) {
    this.#flags = flags;
    this.#running = running;
    this.#choice = choice;
  }

  /** The files that hold what was heard, for a person. */
  get kept(): string | undefined {
    return this.#kept.length > 0 ? this.#kept.join(', ') : undefined;
  }

  /** The service and the microphone, side by side. Only then transcripts: one from before is not emptied for nothing. */
  async open({ targets, stdout, save }: ListenFiles): Promise<void> {
    if (save !== undefined) this.#saved = await openSaved(save, this.#running);
    const opening = openService(this.#choice, this.#flags, this.#running, (choice, means) =>
      wireListen(choice, means, this.#flags.language),
    );
    const [service, source] = await Promise.allSettled([opening, openListenSource(this.#flags, this.#running)]);
    if (service.status === 'fulfilled') this.#service = service.value;
    if (source.status === 'fulfilled') this.#source = source.value;
    if (service.status === 'rejected') throw service.reason;
    if (source.status === 'rejected') throw source.reason;
    this.#settings = checkedSettings(this.#flags, service.value.parts, this.#choice.provider);
    const { charsPerLine, wordsPerCue, diarize } = this.#flags;
    const options = { charsPerLine, ...(wordsPerCue !== undefined && { wordsPerCue }), ...(diarize && { diarize }) };
    for (const target of targets) {
      if (target.path === undefined) continue;
      this.#outputs.add(await growingOutput(target.path, target, options, this.#running), target.path);
    }
    if (stdout) this.#outputs.add(stdoutOutput({ path: undefined, kind: 'text' }, {}, this.#running));
  }

  async run(): Promise<void> {
    const [service, source, settings] = [this.#service, this.#source, this.#settings];
    this.#running.signal.throwIfAborted();
    if (!service || !source || !settings) throw new SpeechError('E_UNEXPECTED', 'nothing is open to listen with');
    const chunks = await this.#tapped(source);
    const hearing = hear(
      { ...listenOptions(this.#running, service, settings, this.#flags), pace: source.live ? 'live' : 1 },
      chunks,
    );
    this.#hearing = hearing;
    if (this.#stopped) this.#end();
    const release = this.#offerKeys(source);
    let failure: { readonly thrown: unknown } | undefined;
    try {
      for await (const out of hearing) await this.#tell(out);
    } catch (thrown) {
      failure = { thrown };
    } finally {
      release?.();
    }
    const { report } = await hearing.result;
    // What was recorded and never sent is saved as well.
    if (failure) await this.#saved?.rest(source, chunks);
    await this.#finish(settings.model, source, report);
    failure ??= this.#outputs.failure ?? this.#saved?.failure;
    if (failure) throw failure.thrown;
    if (this.#stopped) throw await this.#whyStopped();
  }

  /** Enter or q, the ordinary way to finish, where stdin is a terminal and not the audio. */
  #offerKeys({ name, live, recorder }: ListenSource): (() => void) | undefined {
    if (name === 'stdin') return undefined;
    const release = this.#running.io.onKeys((key) => {
      if (key === '\r' || key === '\n' || key === 'q' || key === 'Q') this.#end();
    });
    const to = recorder === undefined ? `listening to ${name}` : `listening with ${recorder}`;
    if (release) this.#running.reporter.note(`${to}; Enter or q ends it`);
    else if (live) this.#running.reporter.note(`${to}; Ctrl-C ends it`);
    return release;
  }

  /** What was recorded and not sent yet is still heard. */
  #end(): void {
    if (this.#source?.stop) this.#source.stop();
    else this.#hearing?.finish();
  }

  async #tapped(source: ListenSource): Promise<AsyncGenerator<AudioChunk>> {
    const { duration, untilSilence } = this.#flags;
    const { reporter, signal } = this.#running;
    let chunks = source.chunks(signal);
    if (duration !== undefined) chunks = limited(chunks, duration * 1000);
    if (untilSilence !== undefined) {
      const vad = await createVad({ sampleRateHz: sentRateHz, mode: 2 });
      this.#vad = vad;
      chunks = untilSilent(chunks, (chunk) => vad.frames(linear16(chunk.bytes)).includes(true), untilSilence * 1000);
    }
    return noticed(chunks, async (chunk) => {
      reporter.hearing.level(levelDbfs(chunk.bytes));
      await this.#saved?.write(chunk);
    });
  }

  async #tell(out: ListenOutput): Promise<void> {
    const { hearing } = this.#running.reporter;
    if (out.type === 'interim') hearing.interim(out);
    else if (out.type === 'speechStarted') hearing.speechStarted(out);
    else if (out.type === 'utteranceEnd') hearing.utteranceEnd(out);
    else {
      hearing.final(out);
      await this.#outputs.push(out);
      // What was said up to now is still written down, wherever there is room for it.
      if (this.#outputs.failure) this.#end();
    }
  }

  async #finish(model: string | undefined, source: ListenSource, report: ListenReport): Promise<void> {
    await this.#outputs.end({ durationMs: report.audioMs });
    const saved = await this.#saved?.end();
    const files = [...this.#outputs.paths, ...(saved === undefined ? [] : [saved])];
    this.#kept = report.segments > 0 ? files : files.filter((path) => path === saved);
    const { name, recorder, blockMs } = source;
    this.#running.reporter.hearing.heard(report, {
      input: name,
      provider: this.#choice.provider,
      ...(model !== undefined && { model }),
      ...(files.length > 0 && { outputs: files }),
      ...(recorder !== undefined && { recorder }),
      ...(blockMs !== undefined && { blockMs }),
    });
  }

  /** The first Ctrl-C: no more is heard, and what was is written down to its end. Nobody waits for what has none yet. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#end();
    if (this.#hearing && this.#hearing.progress.sentMs > 0) await this.#hearing.result;
  }

  /** The reason comes as soon as `stop` is done. */
  async #whyStopped(): Promise<unknown> {
    const { signal } = this.#running;
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
    return signal.reason;
  }

  async close(): Promise<void> {
    this.#vad?.close();
    await closeAll(
      async () => this.#source?.close?.(),
      () => this.#outputs.end({}),
      async () => this.#saved?.discard(),
      async () => this.#service?.close(),
    );
  }
}
