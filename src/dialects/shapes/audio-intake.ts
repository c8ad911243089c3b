import type { AudioFormat } from '../../audio/format.ts';
import { headerMismatch, PcmStream } from '../../audio/pcm-stream.ts';
import type { Step } from '../../speech/service.ts';
import type { SpeakEvent } from '../../speech/speak.ts';
import { fromBase64 } from './base64.ts';
import { type Fields, isFields } from './faults.ts';
import { SequenceCheck } from './sequence.ts';
import { malformed, note, reporting, telling } from './step.ts';
import type { OpenTurn, TurnQueue } from './turns.ts';

type Out = Step<SpeakEvent>;

/** Audio as it arrives, in any of its wrappings, and the turn it belongs to. */
export class AudioIntake {
  readonly #format: AudioFormat;
  readonly #turns: TurnQueue;
  readonly #sequence = new SequenceCheck();
  /** Warnings that are said once a connection, by code and text. */
  readonly #warned = new Set<string>();
  /** What was found on the way to the samples, to be told before them. */
  #remarks: SpeakEvent[] | undefined;

  constructor(format: AudioFormat, turns: TurnQueue) {
    this.#format = format;
    this.#turns = turns;
  }

  /** The stream of a new turn. */
  open(): PcmStream {
    const { encoding, sampleRateHz } = this.#format;
    return new PcmStream(this.#format, (found) => {
      const mismatch = headerMismatch(found, this.#format);
      if (mismatch === undefined) return;
      const wanted = `${encoding} at ${sampleRateHz} Hz was asked for`;
      this.#warnOnce('riff_format', `the service's RIFF header says ${mismatch}; ${wanted}`);
    });
  }

  bytes(bytes: Uint8Array): Out {
    this.#turns.reached();
    const late = this.#turns.clearing?.[0];
    if (late !== undefined)
      return telling(...this.#takeRemarks(), { type: 'late', turn: late.id, bytes: bytes.length });
    const turn = this.#turns.sounding;
    if (turn === undefined) {
      this.#warnOnce('stray_audio', 'the service sent audio that no turn is open for; it is dropped');
      return telling(...this.#takeRemarks(), note('stray_audio', { bytes: bytes.length }));
    }
    const chunk = turn.audio.push(bytes);
    this.#turns.heard();
    if (chunk === undefined) return reporting(this.#takeRemarks());
    const audio: SpeakEvent = { type: 'audio', turn: turn.id, chunk };
    // Nearly every frame has nothing to remark, and costs no more than its own event.
    return reporting(this.#remarks === undefined ? [audio] : [...this.#takeRemarks(), audio]);
  }

  /** Base64 under `data`, `data.audio` or `audio` (PROTOCOLS 1.5, livekit's client). */
  message(message: Fields): Out {
    const { data } = message;
    const base64 = typeof data === 'string' ? data : isFields(data) ? data.audio : message.audio;
    if (typeof base64 !== 'string') return malformed('an audio message without data');
    const bytes = fromBase64(base64);
    if (bytes === undefined) return malformed('the audio is not base64');
    if (typeof message.sequence === 'number') this.#checkSequence(message.sequence);
    return this.bytes(bytes);
  }

  /** An acknowledgement: the numbers of chunks may begin again. */
  boundary(): void {
    this.#sequence.boundary();
  }

  #checkSequence(sequence: number): void {
    const missing = this.#sequence.missing(sequence);
    if (missing > 0) {
      const message = `${missing} audio ${missing === 1 ? 'chunk is' : 'chunks are'} missing before number ${sequence}`;
      this.#remark({ type: 'warning', code: 'sequence_gap', message });
    } else if (missing < 0) {
      this.#warnOnce('sequence_repeated', 'audio chunks come with a number that was there before; they are kept');
      this.#remark(note('sequence_repeated', { sequence }));
    }
  }

  /** The last samples of a turn, where some were held back, and what did not make a sample. */
  finish(turn: OpenTurn): SpeakEvent[] {
    const { chunk, droppedBytes } = turn.audio.end();
    const events: SpeakEvent[] = chunk === undefined ? [] : [{ type: 'audio', turn: turn.id, chunk }];
    if (droppedBytes > 0) {
      const message = `the audio ends inside a sample; ${droppedBytes} byte${droppedBytes === 1 ? '' : 's'} dropped`;
      events.push({ type: 'warning', code: 'odd_byte', message });
    }
    return events;
  }

  #warnOnce(code: string, message: string): void {
    if (this.#warned.has(code + message)) return;
    this.#warned.add(code + message);
    this.#remark({ type: 'warning', code, message });
  }

  #remark(event: SpeakEvent): void {
    this.#remarks ??= [];
    this.#remarks.push(event);
  }

  #takeRemarks(): readonly SpeakEvent[] {
    const remarks = this.#remarks ?? [];
    this.#remarks = undefined;
    return remarks;
  }
}
