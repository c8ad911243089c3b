import { durationMs } from '../audio/format.ts';
import type { FinalKind, ListenMeter } from '../metrics/listen-meter.ts';
import type { ListenEvent } from '../speech/listen.ts';
import type { Leg } from './hear-leg.ts';
import type { ListenOptions, ListenOutput } from './listen-options.ts';
import { News } from './news.ts';
import type { Pacing } from './pacing.ts';
import { Repeats } from './repeats.ts';
import { endOf, type Place, type Placed, Segments } from './segments.ts';
import { Utterances, utterancePauseMs } from './utterances.ts';
import type { Warnings } from './warnings.ts';

type FinalEvent = Extract<ListenEvent, { type: 'final' }>;
type ResultEvent = Extract<ListenEvent, { type: 'interim' | 'final' | 'speechStarted' | 'utteranceEnd' }>;

/** What can be heard for so long is a word: more than a breath, or a tail that a recogniser leaves out. */
const leastUntoldMs = 300;

export interface HearResultsSetup {
  readonly options: ListenOptions;
  readonly meter: ListenMeter;
  readonly pacing: Pacing;
  /** Up to where the connection in use was sent the audio, ms. */
  readonly sentMs: () => number;
  /** The connection in use. */
  readonly leg: () => Leg;
  readonly warnings: Warnings;
  readonly give: (output: ListenOutput) => void;
  /** Results reach further than before. */
  readonly onReached: () => void;
  /** The service is of use. */
  readonly onFinal: () => void;
  /** An utterance is over, ms of the stream: the service says so, or was told to make an end. */
  readonly onBoundary: (endMs: number) => void;
}

/** Makes of a service's results what a reader gets, and lets all know who has to. */
export class HearResults {
  readonly news: News;
  readonly #repeats = new Repeats();
  readonly #setup: HearResultsSetup;
  readonly #segments = new Segments();
  readonly #utterances: Utterances;
  /** Up to there the finals reach; undefined behind one that does not tell what it is about. */
  #throughMs: number | undefined = 0;
  /** Words have come that are not final. */
  #begun = false;
  /** A final without a place has come, within an utterance. */
  #isWithin = false;

  constructor(setup: HearResultsSetup) {
    this.#setup = setup;
    const { options, meter, sentMs } = setup;
    const { clock, settings, service } = options;
    this.news = new News(clock);
    const pauseMs = settings.endpointingMs || utterancePauseMs;
    this.#utterances = new Utterances({ meter, pauseMs, sentMs, aheadMs: service.traits.aheadMs });
  }

  event(event: ResultEvent, atMs: number): void {
    this.#setup.options.tap?.result(event, atMs);
    if (event.type === 'interim') this.#interim(event, atMs);
    else if (event.type === 'final') this.#final(event, atMs);
    else {
      if (event.type === 'utteranceEnd') this.#utteranceEnd(atMs);
      this.#setup.give(event);
    }
  }

  /** Of words that were told without a place, it is the end, where none of their finals was. */
  #utteranceEnd(atMs: number): void {
    this.#setup.meter.utteranceEnd(atMs);
    if (!this.#isWithin) return;
    this.#isWithin = false;
    if (this.#utterances.next(atMs)) this.settle();
  }

  #interim({ type, ...transcript }: Extract<ResultEvent, { type: 'interim' }>, atMs: number): void {
    const said = transcript.text.trim() !== '';
    this.news.interim({ chars: transcript.text.length, throughMs: this.#reached(endOf(transcript)) }, atMs);
    this.#setup.meter.interim(transcript, atMs);
    this.#begun ||= said;
    if (said) this.#setup.give({ type, ...transcript });
  }

  #final(event: FinalEvent, atMs: number): void {
    const { meter, leg, onFinal } = this.#setup;
    const utterances = this.#utterances;
    onFinal();
    this.news.final({ chars: event.text.trim().length, throughMs: this.#reached(endOf(event)) }, atMs);
    const forced = leg().ending.answers(event);
    const told = endOf(event) !== undefined;
    const heard = told ? undefined : this.#utterance(event, atMs);
    this.#begun = false;
    const throughMs = this.#reached(endOf(event) ?? (heard && utterances.behind(heard)));
    this.#throughMs = throughMs === undefined ? undefined : Math.max(this.#throughMs ?? 0, throughMs);
    const placed = this.#segments.place(event, meter.audioMs, heard);
    this.#repeats.heardAgain(utterances.surelyHeardMs(atMs));
    const fresh = this.#repeats.newIn(placed, told);
    // Within an utterance it can reach no further than that does.
    const endMs = told || heard ? placed.endMs : Math.min(placed.endMs, utterances.nextEndMs);
    if (fresh && fresh.text.trim() !== '') this.#repeats.gave({ ...fresh, endMs }, this.#mostMs);
    if (fresh) this.#fresh(fresh, { forced, endOfUtterance: event.endOfUtterance }, atMs);
    if (forced) meter.finalized(atMs);
    const isEnd = event.endOfUtterance || forced;
    this.#isWithin = !told && !isEnd;
    if (!isEnd) return;
    if (told) utterances.through(this.#reached(placed.endMs) ?? 0);
    else if (event.fromFinalize) utterances.through(this.#msAt(leg().toldByte));
    // Without a place of the service's, and no utterance that is heard here, nothing is known to be over.
    if (told || heard || event.fromFinalize) this.settle();
  }

  /**
   * Further a final of now cannot reach, ms. Where it is known when a service takes an utterance to be over, and where
   * audio is sent ahead of it, nothing is known but what was told.
   */
  get #mostMs(): number {
    const { settings, service, pace = service.traits.pace } = this.#setup.options;
    return settings.endpointingMs || pace === 'fast' ? 0 : this.#utterances.mostMs;
  }

  #msAt(byte: number): number {
    return durationMs(this.#setup.options.settings.format, byte) ?? 0;
  }

  /** All that can be heard up to there, ms, was told. */
  through(ms: number): void {
    this.#utterances.through(ms);
    this.settle();
  }

  /** Makes a boundary of what is known to be told; a pause may have been sent since the last final. */
  settle(): void {
    const { meter, onBoundary } = this.#setup;
    const { boundaryMs } = this.#utterances;
    // Compressed audio has no length that is known here.
    this.#repeats.settle(boundaryMs, meter.audioMs || Number.POSITIVE_INFINITY);
    onBoundary(boundaryMs);
  }

  /** More was said than finals have told: an interim has begun to, or it can be heard behind all that they are about. */
  get isPartial(): boolean {
    return (
      this.#begun ||
      (this.#throughMs !== undefined && this.#setup.meter.audibleMsAfter(this.#throughMs) >= leastUntoldMs)
    );
  }

  /** The audio from there on, ms, is sent again. */
  again(fromMs: number): void {
    this.#utterances.again(fromMs, this.#setup.options.clock.now());
    this.#repeats.begin();
  }

  /** The utterance that a final without a place is about: the next that is heard in the audio. */
  #utterance({ endOfUtterance, fromFinalize, text }: FinalEvent, atMs: number): Place | undefined {
    if (!endOfUtterance || fromFinalize || text.trim() === '') return undefined;
    return this.#utterances.next(atMs);
  }

  #fresh(transcript: Placed, kind: FinalKind, atMs: number): void {
    const { meter, warnings, give } = this.#setup;
    const latencyMs = meter.final(transcript, kind, atMs);
    if (transcript.text.trim() === '') return;
    if (meter.audioMs === 0) warnings.say('early_final', 'the service sent a result before any audio was sent');
    const told = latencyMs === undefined ? {} : { latencyMs };
    give({ type: 'final', ...transcript, ...kind, ...told });
  }

  /** Up to where a result reaches: never further than what its connection was sent, whatever it says. */
  #reached(endMs: number | undefined): number | undefined {
    if (endMs === undefined) return undefined;
    const { pacing, onReached, sentMs } = this.#setup;
    const throughMs = Math.min(endMs, sentMs());
    if (pacing.reached(throughMs)) onReached();
    return throughMs;
  }
}
