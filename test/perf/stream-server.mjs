// Speech in real time that costs next to nothing, in a process of its own: frames that were made beforehand, written as
// they stand to the bare sockets below `ws`, at one tick of a millisecond for all of them. Each session has the slot of
// the 20 that was next, so that they come spread over the 20 ms, as from services that know nothing of each other; a tick that is late
// makes up for it. It answers in SLNG's words, and sends as many seconds as the query's `seconds` says for each flush.
import { WebSocketServer } from 'ws';

const frameMs = 20;
const frameBytes = 960;
const slots = Array.from({ length: frameMs }, () => new Set());
let slot = 0;

/** A loud tone: what measures it finds its first audible sample at once. */
function toneFrame() {
  const samples = new Int16Array(frameBytes / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.round(8000 * Math.sin(i / 5));
  // FIN and binary; a length of 16 bits; unmasked, as a server's are (RFC 6455, 5.2).
  return Buffer.concat([Buffer.from([0x82, 126, frameBytes >> 8, frameBytes & 255]), Buffer.from(samples.buffer)]);
}

const frame = toneFrame();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket, request) => {
  const seconds = Number(new URL(request.url, 'ws://x').searchParams.get('seconds'));
  const stream = { socket, bare: socket._socket, left: 0 };
  stream.bare.setNoDelay(true);
  const mine = slots[slot++ % slots.length];
  socket.on('message', (data) => {
    const { type } = JSON.parse(data);
    if (type === 'init') socket.send('{"type":"ready","session_id":"perf"}');
    if (type !== 'flush') return;
    stream.left = (seconds * 1000) / frameMs;
    mine.add(stream);
  });
  socket.on('close', () => mine.delete(stream));
});

let tick = Math.floor(performance.now());
setInterval(() => {
  for (const nowMs = performance.now(); tick < nowMs; tick++) sendSlot(slots[tick % slots.length]);
}, 1);

function sendSlot(streams) {
  for (const stream of streams) {
    stream.bare.write(frame);
    if (--stream.left > 0) continue;
    streams.delete(stream);
    stream.socket.send('{"type":"flushed"}');
  }
}

server.on('listening', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
