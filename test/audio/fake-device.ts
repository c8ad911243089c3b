import type { PlayDevice, PlayFeed } from '../../src/audio/players/device.ts';
import { PlayClock } from '../../src/audio/players/play-clock.ts';
import type { SpeechError } from '../../src/errors.ts';
import type { ManualClock } from '../support/manual-clock.ts';

/** A device that asks when the test says so, plays at once what it is given, and remembers all of it. */
export class FakeDevice implements PlayDevice {
  readonly sampleRateHz = 1000;
  readonly heard: number[] = [];
  readonly calls: string[] = [];
  /** What `drain` waits for. */
  drains: Promise<void> = Promise.resolve();
  readonly #played: PlayClock;
  #feed: PlayFeed | undefined;
  #endDrain = () => {};

  constructor(clock: ManualClock) {
    this.#played = new PlayClock(clock, this.sampleRateHz, 0);
  }

  get firstSoundMs(): number | undefined {
    return this.#played.firstSoundMs;
  }

  start(feed: PlayFeed): void {
    this.#feed = feed;
  }

  /** Asks for so many samples (of 1 ms each); returns how many came. */
  ask(samples: number): number {
    const into = new Int16Array(samples);
    const count = this.#feed?.pull(into) ?? 0;
    this.heard.push(...into.subarray(0, count));
    this.#played.gave(count);
    return count;
  }

  breaks(error: SpeechError): void {
    this.#feed?.failed(error);
  }

  wake(): void {
    this.calls.push('wake');
  }

  position() {
    return this.#played.position();
  }

  emptyAtMs(): number {
    return this.#played.emptyAtMs();
  }

  drain(): Promise<void> {
    this.calls.push('drain');
    const aborted = new Promise<void>((resolve) => {
      this.#endDrain = resolve;
    });
    return Promise.race([this.drains, aborted]);
  }

  abort(): void {
    this.calls.push('abort');
    this.#played.stop();
    this.#endDrain();
  }
}
