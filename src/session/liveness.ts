import type { Clock, Timer } from '../clock.ts';
import type { Transport } from '../transport/transport.ts';

interface LivenessRules {
  /** The longest silence of the service while it owes something; then `onLate`. */
  readonly owedMs: number;
  /** A ping goes out when nothing came for so long and nothing is owed. */
  readonly pingEveryMs: number;
  /** A ping unanswered for so long: `onSilent`. */
  readonly pongMs: number;
  /** `keepAlive` is called when nothing came or went for so long and nothing is owed. */
  readonly keepAliveMs: number | undefined;
  readonly onLate: () => void;
  readonly onSilent: () => void;
  readonly keepAlive: () => void;
}

/**
 * Watches that the other side is there. One timer, which looks only when it is due: frames come by the thousand a
 * second and must not move a timer each. Silence that we made ourselves, by pausing, does not count.
 */
export class Liveness {
  /** When the last frame came, and when the last command went; the connection writes them. */
  receivedMs = 0;
  sentMs = 0;
  readonly #clock: Clock;
  readonly #rules: LivenessRules;
  readonly #idleMs: number;
  #transport: Transport | undefined;
  #timer: Timer | undefined;
  #pong: Timer | undefined;
  /** From when silence is counted at the earliest: something began to be owed, or the pause ended. */
  #sinceMs = 0;
  #owed = false;
  #paused = false;

  constructor(clock: Clock, rules: LivenessRules) {
    this.#clock = clock;
    this.#rules = rules;
    this.#idleMs = Math.min(rules.pingEveryMs, rules.keepAliveMs ?? rules.pingEveryMs);
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

  /** How long it has been silent. What we send does not answer what is owed, but it does keep a connection busy. */
  #silentMs(): number {
    const lastMs = this.#owed ? this.receivedMs : Math.max(this.receivedMs, this.sentMs);
    return this.#clock.now() - Math.max(this.#sinceMs, lastMs);
  }

  #arm(): void {
    this.#timer?.cancel();
    if (this.#paused || !this.#transport) return;
    const limitMs = this.#owed ? this.#rules.owedMs : this.#idleMs;
    const restMs = Math.max(0, limitMs - this.#silentMs());
    this.#timer = this.#clock.after(restMs, () => this.#look(limitMs), { background: true });
  }

  #look(limitMs: number): void {
    if (this.#silentMs() >= limitMs) {
      if (this.#owed) {
        this.#rules.onLate();
        return;
      }
      this.#idle();
      this.#sinceMs = this.#clock.now();
    }
    this.#arm();
  }

  #idle(): void {
    if (this.#rules.keepAliveMs !== undefined) this.#rules.keepAlive();
    if (this.#clock.now() - this.receivedMs >= this.#rules.pingEveryMs) this.#ping();
  }

  #ping(): void {
    if (this.#pong || !this.#transport) return;
    const pingedMs = this.#clock.now();
    const late = () => {
      this.#pong = undefined;
      // Any frame since is as good as a pong, and while we do not read, none can come.
      if (this.receivedMs <= pingedMs && !this.#paused) this.#rules.onSilent();
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
