import type { AudioChunk } from '../audio/format.ts';
import type { ListenCommand, ListenSettings } from '../speech/listen.ts';
import type { ListenService, SpeakService } from '../speech/service.ts';
import type { Boundary, Span } from '../speech/span.ts';
import type { SpeakCommand, SpeakSettings } from '../speech/speak.ts';
import type { Frame } from '../transport/transport.ts';
import { Script } from './script.ts';

/** The frames that a session would send for one turn, in order, when the service answers as it should. */
export async function* planTurn(
  service: SpeakService,
  settings: SpeakSettings,
  spans: AsyncIterable<Span>,
  flush: Boundary,
): AsyncIterable<Frame> {
  const peer = service.client(settings);
  const script = new Script('turn-1', service.traits, flush);
  const frames = (command: SpeakCommand) => peer.encode(command).frames;
  yield* peer.opened().frames;
  yield* frames(script.begin(undefined));
  for await (const span of spans) {
    for (const piece of script.pieces(span)) {
      for (const command of script.line(piece).commands) yield* frames(command);
    }
  }
  for (const command of script.end()) yield* frames(command);
  yield* frames({ type: 'close' });
}

/** The frames that a session would send for a stream of audio, in order, when the service answers as it should. */
export async function* planHearing(
  service: ListenService,
  settings: ListenSettings,
  chunks: AsyncIterable<AudioChunk>,
): AsyncIterable<Frame> {
  const peer = service.client(settings);
  const frames = (command: ListenCommand) => peer.encode(command).frames;
  yield* peer.opened().frames;
  for await (const chunk of chunks) yield* frames({ type: 'audio', chunk });
  yield* frames({ type: 'finalize' });
  yield* frames({ type: 'close' });
}
