// One client process with many streams of stream-server.mjs at once. Arguments: `bare`, or a bundle that exports
// `stream(url)`. It is sent what to do, `{port, seconds, counts}`: so many streams at once, each so long; of several
// counts each adds to the streams that are there. Tells, for each count, what was so while all of them streamed. It
// lives on between, so that its code has been compiled when it counts. Wants --expose-gc.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import WebSocket from 'ws';

const kind = process.argv[2];

/** The least that any client does: say what is to be spoken, and count the bytes. */
function bareStream(url) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  let bytes = 0;
  socket.on('open', () => socket.send('{"type":"init"}'));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        bytes += data.length;
        return;
      }
      if (JSON.parse(data).type === 'ready') {
        socket.send('{"type":"text","text":"Hello."}');
        socket.send('{"type":"flush"}');
        return;
      }
      socket.terminate();
      resolve(bytes);
    });
  });
}

const stream = kind === 'bare' ? bareStream : (await import(pathToFileURL(kind))).stream;
/** Of a timer, ms: Node's histogram counts its whole interval. */
const intervalMs = 10;
/**
 * Between the starts of two streams. Were all begun at once, a client that is slow with its handshakes would answer
 * late, and the kernel would then acknowledge each of its frames alone for as long as the stream lasts, and not every
 * other (Linux leaves its interactive mode when a delayed ACK is missed): a tenth of the processor time, by accident.
 */
const betweenMs = 2;
/** For the handshakes. */
const settleMs = 1000;
const watchMs = 4000;

/** Everything that one process holds for its sessions; what is dead has been cleared away. */
function heldBytes() {
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function watched(count) {
  await pause(settleMs);
  const delay = monitorEventLoopDelay({ resolution: intervalMs });
  delay.enable();
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  await pause(watchMs);
  const { user, system } = process.cpuUsage(cpu);
  const streamSeconds = ((performance.now() - startMs) / 1000) * count;
  delay.disable();
  return {
    cpuMs: (user + system) / 1000 / streamSeconds,
    loopDelayP99Ms: delay.percentile(99) / 1e6 - intervalMs,
    bytes: heldBytes(),
  };
}

process.on('message', async ({ port, seconds, counts }) => {
  const running = [];
  const told = [];
  for (const count of counts) {
    while (running.length < count) {
      running.push(stream(`ws://127.0.0.1:${port}/?seconds=${seconds}`));
      await pause(betweenMs);
    }
    told.push(await watched(count));
  }
  const whole = seconds * 48_000;
  for (const bytes of await Promise.all(running))
    if (bytes !== whole) throw new Error(`${bytes} of ${whole} bytes came`);
  process.send(told);
});
process.on('disconnect', () => process.exit());
