import type { Clock, Timer } from '../clock.ts';
import type { SpeechError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { lateFault } from './closed.ts';

interface LivenessRules {
  /** So long the service may bring nothing on while it owes something; then E_TIMEOUT. */
  readonly frameMs: number;
  /** A ping goes out when nothing came for so long and nothing is owed, whatever we send meanwhile. */
  readonly pingEveryMs: number;
  /** A ping unanswered for so long: E_PEER_SILENT. */
  readonly pongMs: number;
  /** `keepAlive` is called when nothing went for so long and nothing is owed. */
  readonly keepAliveMs: number | undefined;
  readonly fail: (error: SpeechError) => void;
  readonly keepAlive: () => void;
}

/**
 * Watches that the other side is there. One timer, which looks only when it is due: frames come by the thousand a
 * second and must not move a timer each. Silence that we made ourselves, by pausing, does not count.
 */
export class Liveness {
  /** When the last frame came, when the last came that brought on what is owed, and when the last command went. */
  receivedMs = 0;
  advancedMs = 0;
  sentMs = 0;
  readonly #clock: Clock;
  readonly #rules: LivenessRules;
  #transport: Transport | undefined;
  #timer: Timer | undefined;
  #pong: Timer | undefined;
  /** From when silence is counted at the earliest: something began to be owed, or the pause ended. */
  #sinceMs = 0;
  #pingedMs = 0;
  #owed = false;
  #paused = false;

  constructor(clock: Clock, rules: LivenessRules) {
    this.#clock = clock;
    this.#rules = rules;
  }

  start(transport: Transport): void {
    this.#transport = transport;
    this.#restart();
  }

  stop(): void {
    this.#transport = undefined;
    this.#timer?.cancel();
    this.#pong?.cancel();
  }

  /** Whether the service owes something: only then is its silence an error, and so is talk that brings nothing on. */
  owe(owed: boolean): void {
    if (owed === this.#owed) return;
    this.#owed = owed;
    this.#restart();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#restart();
  }

  #restart(): void {
    this.#sinceMs = this.#clock.now();
    this.#arm();
  }

  /** What is due next, and when. What we send answers nothing that is owed, but it does keep a connection busy. */
  #next(): { atMs: number; act: () => void } {
    const { frameMs, pingEveryMs, keepAliveMs, fail, keepAlive } = this.#rules;
    const from = (ms: number) => Math.max(this.#sinceMs, ms);
    if (this.#owed) {
      const sinceMs = from(this.advancedMs);
      const what = this.receivedMs > sinceMs ? 'nothing of what it owes' : 'nothing';
      return {
        atMs: sinceMs + frameMs,
        act: () => fail(lateFault('E_TIMEOUT', `the service sent ${what} for`, frameMs)),
      };
    }
    const ping = { atMs: from(Math.max(this.receivedMs, this.#pingedMs)) + pingEveryMs, act: () => this.#ping() };
    const keepAliveAtMs = keepAliveMs === undefined ? Number.POSITIVE_INFINITY : from(this.sentMs) + keepAliveMs;
    if (keepAliveAtMs > ping.atMs) return ping;
    const act = () => {
      this.sentMs = this.#clock.now();
      keepAlive();
    };
    return { atMs: keepAliveAtMs, act };
  }

  #arm(): void {
    this.#timer?.cancel();
    if (this.#paused || !this.#transport) return;
    const restMs = Math.max(0, this.#next().atMs - this.#clock.now());
    this.#timer = this.#clock.after(restMs, () => this.#look(), { background: true });
  }

  #look(): void {
    const { atMs, act } = this.#next();
    if (atMs <= this.#clock.now()) act();
    this.#arm();
  }

  #ping(): void {
    const pingedMs = this.#clock.now();
    this.#pingedMs = pingedMs;
    if (this.#pong || !this.#transport) return;
    const late = () => {
      this.#pong = undefined;
      // Any frame since is as good as a pong, and while we do not read, none can come.
      if (this.receivedMs > pingedMs || this.#paused) return;
      this.#rules.fail(lateFault('E_PEER_SILENT', 'the service has not answered a ping for', this.#rules.pongMs));
    };
    const pong = this.#clock.after(this.#rules.pongMs, late, { background: true });
    this.#pong = pong;
    this.#transport.ping().then(() => {
      pong.cancel();
      if (this.#pong !== pong) return;
      this.#pong = undefined;
      this.receivedMs = this.#clock.now();
    });
  }
}
