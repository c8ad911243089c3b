import type { SpeakService } from '../speech/service.ts';
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
    for (const command of script.line(span).commands) yield* frames(command);
  }
  for (const command of script.end()) yield* frames(command);
  yield* frames({ type: 'close' });
}
