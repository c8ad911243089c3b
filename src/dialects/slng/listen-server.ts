import { sampleRatesHz } from '../../audio/format.ts';
import { headerMismatch, PcmStream } from '../../audio/pcm-stream.ts';
import type { ListenEvent, ListenRequest, ListenSettings } from '../../speech/listen.ts';
import type { Peer, ServerStyle, Step } from '../../speech/service.ts';
import type { Frame } from '../../transport/transport.ts';
import { fromBase64 } from '../shapes/base64.ts';
import { readClientMessage } from '../shapes/messages.ts';
import { nothing, reporting, sending, telling } from '../shapes/step.ts';
import { rejecting } from './errors.ts';
import { isDeepgramRoute, listenModelOf } from './listen-init.ts';
import type { ListenClientMessage, ListenConfig } from './listen-messages.ts';
import { listenClientMessage, listenClientTypes } from './listen-messages.ts';
import { deepgramWords, type ListenWords, slngWords } from './listen-words.ts';

type Out = Step<ListenRequest>;

const bridgeRatesHz: readonly number[] = sampleRatesHz;

function settingsOf(before: ListenSettings, config: ListenConfig = {}): ListenSettings {
  const { language, enable_word_timestamps: words, enable_vad: vad, utterance_end_ms: utteranceEndMs } = config;
  const diarize = config.enable_diarization ?? config.diarize;
  const silenceMs = config.endpointing ?? config.vad_min_silence_duration_ms;
  return {
    ...before,
    format: {
      encoding: config.encoding ?? before.format.encoding,
      sampleRateHz: config.sample_rate ?? before.format.sampleRateHz,
      channels: before.format.channels,
    },
    interim: config.enable_partials ?? config.enable_partial_transcripts ?? before.interim,
    ...(language !== undefined && { language }),
    ...(words !== undefined && { words }),
    ...(diarize !== undefined && { diarize }),
    ...(vad !== undefined && { vad }),
    ...(silenceMs !== undefined && { endpointingMs: silenceMs === 0 ? false : silenceMs }),
    ...(utteranceEndMs !== undefined && { utteranceEndMs }),
  };
}

/**
 * The server's end of a speech-in connection. Audio comes as binary frames or base64, on every route; its samples are
 * numbered from 0, and a RIFF header in front of them is taken off.
 */
export class SlngListenServer implements Peer<ListenEvent, ListenRequest> {
  readonly #words: ListenWords;
  /** Live, audio before `ready` closes the bridge with 1008 (pipecat); Deepgram's routes take it from `init` on. */
  readonly #audioBeforeReady: boolean;
  #settings: ListenSettings;
  /** From `init` on. */
  #audio: PcmStream | undefined;
  #ready = false;
  #closing = false;
  /** What a header said otherwise than `init`. */
  #mismatch: string | undefined;

  constructor(settings: ListenSettings, style: ServerStyle) {
    this.#settings = settings;
    this.#audioBeforeReady = isDeepgramRoute(settings);
    const native = isDeepgramRoute(settings) || style.casing === 'deepgram';
    this.#words = native ? deepgramWords(listenModelOf(settings)) : slngWords;
  }

  opened(): Out {
    return nothing;
  }

  closed(): Out {
    return nothing;
  }

  decode(frame: Frame): Out {
    if (frame.kind === 'binary') return this.#bytes(frame.bytes);
    const read = readClientMessage(listenClientMessage, (type) => listenClientTypes.includes(type), frame.text);
    return 'why' in read ? rejecting(read.why) : this.#message(read.message);
  }

  #message(message: ListenClientMessage): Out {
    switch (message.type) {
      case 'keepalive':
        return telling({ type: 'keepAlive' });
      case 'init':
        return this.#init(message.config);
      case 'audio': {
        const bytes = fromBase64(message.data);
        return bytes === undefined ? rejecting('audio: data is not base64') : this.#bytes(bytes);
      }
      case 'finalize':
        if (this.#closing) return rejecting('finalize came after close and is ignored');
        if (this.#audio === undefined) return rejecting('finalize came before init and is ignored');
        return telling({ type: 'finalize' });
      case 'close':
        return this.#close();
    }
  }

  #init(config: ListenConfig | undefined): Out {
    if (this.#audio !== undefined) return rejecting('init was sent before: open a new connection for other settings');
    const settings = settingsOf(this.#settings, config);
    const { sampleRateHz } = settings.format;
    if (settings.route === 'bridge' && !bridgeRatesHz.includes(sampleRateHz)) {
      return rejecting(`init: config.sample_rate: the bridge takes ${bridgeRatesHz.join(', ')}`);
    }
    this.#settings = settings;
    this.#audio = new PcmStream(settings.format, (found) => {
      this.#mismatch ??= headerMismatch(found, settings.format);
    });
    return telling({ type: 'configure', settings });
  }

  /** The live service hangs up on audio that comes too early; ours says so, and does it when that goes on. */
  #bytes(bytes: Uint8Array): Out {
    if (this.#closing) return rejecting('audio came after close and is ignored');
    if (this.#audio === undefined) return rejecting('audio came before init', 'not_ready');
    if (!this.#ready && !this.#audioBeforeReady) return rejecting('audio came before ready', 'not_ready');
    const before = this.#mismatch;
    const chunk = this.#audio.push(bytes);
    const audio: ListenRequest[] = chunk === undefined ? [] : [{ type: 'audio', chunk }];
    if (this.#mismatch === before) return reporting(audio);
    const wrong = `the RIFF header says ${this.#mismatch}; the audio is read as init has it`;
    return reporting([...rejecting(wrong).events, ...audio]);
  }

  /** With the last samples, where some were held back because they began like a header. */
  #close(): Out {
    if (this.#closing) return nothing;
    this.#closing = true;
    const chunk = this.#audio?.end().chunk;
    const last: ListenRequest[] = chunk === undefined ? [] : [{ type: 'audio', chunk }];
    return reporting([...last, { type: 'close' }]);
  }

  encode(event: ListenEvent): Out {
    if (event.type === 'ready') this.#ready = true;
    const message = this.#words(event, this.#settings);
    return message === undefined ? nothing : sending(message);
  }
}
