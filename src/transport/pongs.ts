import type { WebSocket } from 'ws';

/** So many pings wait for their answers; more at once are no question whether we are there. */
const mostWaiting = 100;

/**
 * Answers the pings of a service in their order, and of very many at once the newest (RFC 6455, 5.5.3, wants no more
 * than the last). The ws package, left to itself, drops a connection that brings many at once, and would answer each.
 */
export function answerPings(socket: WebSocket): void {
  const waiting: Buffer[] = [];
  let isOnItsWay = false;
  const answer = () => {
    const data = waiting.shift();
    isOnItsWay = data !== undefined && socket.readyState === socket.OPEN;
    if (isOnItsWay) socket.pong(data, true, answer);
  };
  socket.on('ping', (data) => {
    waiting.push(data);
    if (waiting.length > mostWaiting) waiting.shift();
    if (!isOnItsWay) answer();
  });
}
