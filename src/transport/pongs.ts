import type { WebSocket } from 'ws';

/**
 * Answers the pings of a service, the newest of those that came while an answer was on its way (RFC 6455, 5.5.3). The ws
 * package, left to itself, drops a connection that brings many at once, and would answer each of them otherwise.
 */
export function answerPings(socket: WebSocket): void {
  let newest: Buffer | undefined;
  let isOnItsWay = false;
  const answer = () => {
    const data = newest;
    newest = undefined;
    isOnItsWay = data !== undefined && socket.readyState === socket.OPEN;
    if (isOnItsWay) socket.pong(data, true, answer);
  };
  socket.on('ping', (data) => {
    newest = data;
    if (!isOnItsWay) answer();
  });
}
