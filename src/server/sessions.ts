import type { WebSocket } from 'ws';
import { noLog } from '../log.ts';
import type { ListenEvent, ListenRequest } from '../speech/listen.ts';
import type { ServerStyle } from '../speech/service.ts';
import type { SpeakEvent, SpeakRequest } from '../speech/speak.ts';
import { headersOf } from './answer.ts';
import type { ServerLimits } from './bounds.ts';
import { Connection } from './connection.ts';
import type { DictionaryStore } from './dictionary-store.ts';
import { ListenHandler } from './listen-handler.ts';
import type { Counters, ServerOptions } from './options.ts';
import { SpeakHandler } from './speak-handler.ts';
import { StrictListenHandler, StrictSpeakHandler } from './strict-limits.ts';
import type { Admitted } from './upgrade.ts';

/** What the server needs of a connection, whichever way speech goes there. */
export interface Session {
  readonly gone: Promise<void>;
  hangUp(code: number, reason: string): void;
}

export interface SessionMeans extends Pick<ServerOptions, 'clock' | 'log' | 'watch' | 'strictLimits'> {
  readonly limits: ServerLimits;
  readonly style: ServerStyle;
  readonly counters: Counters;
  readonly dictionaries: DictionaryStore;
}

/** Names of sessions begin as SLNG's do (seed 004). */
export const sessionPrefixes = { speak: 'sess_tts_', listen: 'sess_stt_' } as const;

/** Joins a socket that was admitted to its codec and to what does its work. */
export function openSession(socket: WebSocket, admitted: Admitted, means: SessionMeans): Session {
  const { clock, limits, counters, style, dictionaries, log = noLog, watch, strictLimits = false } = means;
  const { service, matched, request, sessionId } = admitted;
  counters.sessionsTotal++;
  log('server', () => `${sessionId}: ${service.name} ${matched.settings.model ?? ''}`);
  const parts = { socket, name: sessionId, clock, limits, counters, log };
  const seen = { dialect: service.name, target: request.url ?? '', headers: headersOf(request), style };
  if (admitted.direction === 'listen') {
    const { recogniser, service } = admitted;
    return new Connection<ListenEvent, ListenRequest>({
      ...parts,
      peer: admitted.service.server(admitted.matched.settings, style),
      ...(watch && { watcher: watch({ ...seen, direction: 'listen', matched: admitted.matched }) }),
      handler: (outlet) => {
        const handler = new ListenHandler({ recogniser, outlet, sessionId, counters, limits });
        return strictLimits ? new StrictListenHandler(handler, { service, outlet, clock }) : handler;
      },
    });
  }
  const { engine, service: speaks } = admitted;
  const closesAfterFlush = style.end === 'close';
  return new Connection<SpeakEvent, SpeakRequest>({
    ...parts,
    peer: admitted.service.server(admitted.matched.settings, style),
    ...(watch && { watcher: watch({ ...seen, direction: 'speak', matched: admitted.matched }) }),
    handler: (outlet) => {
      const means = { engine, dictionaries, outlet, clock, sessionId, counters, limits, closesAfterFlush };
      const handler = new SpeakHandler(means);
      return strictLimits ? new StrictSpeakHandler(handler, { service: speaks, outlet, clock }) : handler;
    },
  });
}
