/** The library's face: what is exported here is public; `library.ts` has what puts the parts together. */

export type { AudioChunk, AudioFormat, Encoding } from './audio/format.ts';
export { encodings, sampleRatesHz } from './audio/format.ts';
export type { AudioSink, PlayPosition } from './audio/sink.ts';
export { createFileSink, type FileSink, type FileSinkOptions } from './audio/sinks/file.ts';
export type { SpeakerOptions, SpeakerSink } from './audio/sinks/speaker.ts';
export type { AudioSource } from './audio/source.ts';
export type { Microphone, MicrophoneOptions } from './audio/sources/microphone.ts';
export { type AudioInput, type AudioOptions, openAudio, type RawAudio } from './audio/sources/open-audio.ts';
export { type Clock, systemClock } from './clock.ts';
export { deepgramListen, deepgramSpeak } from './dialects/deepgram/index.ts';
export { slngListen, slngSpeak } from './dialects/slng/index.ts';
export { telnyxListen, telnyxSpeak } from './dialects/telnyx/index.ts';
export { type ErrorCode, errorTable, SpeechError } from './errors.ts';
export {
  connectSpeech,
  type HearOptions,
  hearSpeech,
  openMicrophone,
  openSpeaker,
  type Provider,
  type ProviderName,
  play,
  providers,
  type ServiceChoice,
  type SpeakTextOptions,
  type SpeechOptions,
  speakText,
} from './library.ts';
export type { Log } from './log.ts';
export type { ListenReport } from './metrics/listen-report.ts';
export type { TurnReport } from './metrics/turn-report.ts';
export { hear } from './session/hearing.ts';
export type {
  Hearing,
  HearProgress,
  ListenOptions,
  ListenOutput,
  ListenResult,
  Pace,
} from './session/listen-options.ts';
export {
  type ConnectionState,
  defaultTimeouts,
  type Heard,
  type SessionOptions,
  type SessionTimeouts,
  type SpeakOutput,
  type TurnOptions,
  type TurnProgress,
  type WireWatcher,
} from './session/options.ts';
export type { ReconnectOptions } from './session/reconnects.ts';
export { openSpeakSession, type SpeakSession, type SpeakTurn } from './session/speak-session.ts';
export type { TurnResult } from './session/turn.ts';
export type { Credentials } from './speech/connect.ts';
export type {
  ListenCommand,
  ListenEvent,
  ListenSettings,
  Segment,
  Transcript,
  TranscriptWord,
} from './speech/listen.ts';
export type { ListenService, ListenTraits, SpeakService, SpeakTraits } from './speech/service.ts';
export type { Boundary, Span } from './speech/span.ts';
export type {
  PronunciationRef,
  PronunciationRule,
  SpeakCommand,
  SpeakEvent,
  SpeakSettings,
  TurnEnd,
  TurnSettings,
  WordTime,
} from './speech/speak.ts';
export { createRewriter, parseRules } from './text/pronounce.ts';
export { cutSpans } from './text/spans.ts';
export type { CloseInfo, Connect, Frame, UpgradeRequest } from './transport/transport.ts';
export { createWebSocketConnect } from './transport/websocket.ts';
