import type { Clock } from '../clock.ts';
import type { ListenMeter } from '../metrics/listen-meter.ts';
import type { ListenEvent, Transcript } from '../speech/listen.ts';
import type { Ending } from './ending.ts';
import type { ListenOutput } from './listen-options.ts';
import { News } from './news.ts';
import type { Pacing } from './pacing.ts';
import { endOf, Segments } from './segments.ts';
import type { Warnings } from './warnings.ts';

type ResultEvent = Extract<ListenEvent, { type: 'interim' | 'final' | 'speechStarted' | 'utteranceEnd' }>;

export interface HearResultsSetup {
  readonly clock: Clock;
  readonly meter: ListenMeter;
  readonly pacing: Pacing;
  /** Of the connection in use. */
  readonly ending: () => Ending;
  readonly warnings: Warnings;
  readonly give: (output: ListenOutput) => void;
  /** Results reach further than before. */
  readonly onReached: () => void;
}

/** Makes of a service's results what a reader gets, and lets all know who has to. */
export class HearResults {
  readonly news: News;
  readonly #setup: HearResultsSetup;
  readonly #segments = new Segments();

  constructor(setup: HearResultsSetup) {
    this.#setup = setup;
    this.news = new News(setup.clock);
  }

  event(event: ResultEvent, atMs: number): void {
    if (event.type === 'interim') this.#interim(event, atMs);
    else if (event.type === 'final') this.#final(event, atMs);
    else {
      if (event.type === 'utteranceEnd') this.#setup.meter.utteranceEnd(atMs);
      this.#setup.give(event);
    }
  }

  #interim({ type, ...transcript }: Extract<ResultEvent, { type: 'interim' }>, atMs: number): void {
    const said = transcript.text.trim() !== '';
    this.news.interim({ chars: transcript.text.length, throughMs: this.#reached(transcript) }, atMs);
    this.#setup.meter.interim(transcript, atMs);
    if (said) this.#setup.give({ type, ...transcript });
  }

  #final(event: Extract<ResultEvent, { type: 'final' }>, atMs: number): void {
    const { meter, ending, warnings, give } = this.#setup;
    const { audioMs } = meter;
    const { endOfUtterance } = event;
    this.news.final({ chars: event.text.trim().length, throughMs: this.#reached(event) }, atMs);
    const forced = ending().answers(event);
    const transcript = this.#segments.place(event, audioMs);
    const latencyMs = meter.final(transcript, { forced, endOfUtterance }, atMs);
    if (forced) meter.finalized(atMs);
    if (transcript.text.trim() === '') return;
    if (audioMs === 0) warnings.say('early_final', 'the service sent a result before any audio was sent');
    const told = latencyMs === undefined ? {} : { latencyMs };
    give({ type: 'final', ...transcript, endOfUtterance, forced, ...told });
  }

  /** Up to where a result reaches: never further than what was sent, whatever it says. */
  #reached(transcript: Transcript): number | undefined {
    const endMs = endOf(transcript);
    if (endMs === undefined) return undefined;
    const { meter, pacing, onReached } = this.#setup;
    const throughMs = Math.min(endMs, meter.audioMs);
    if (pacing.reached(throughMs)) onReached();
    return throughMs;
  }
}
