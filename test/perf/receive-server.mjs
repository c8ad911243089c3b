// A bare `ws` server in a process of its own: answers every flush with as much audio as the query asks for, as fast as
// it is read. `load=binary/960/16` is frames of 960 bytes, 16 MiB in all; `json/…` wraps them in base64.
import { WebSocketServer } from 'ws';

/** A loud tone, so that its onset is found at once as in speech, and not looked for in megabytes of silence. */
function tone(byteCount) {
  const samples = new Int16Array(byteCount / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.round(8000 * Math.sin(i / 5));
  return Buffer.from(samples.buffer);
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket, request) => {
  const [kind, frameBytes, mebibytes] = new URL(request.url, 'ws://x').searchParams.get('load').split('/');
  const audio = tone(Number(frameBytes));
  const frame = kind === 'json' ? JSON.stringify({ type: 'audio_chunk', data: audio.toString('base64') }) : audio;
  const count = Math.max(1, Math.ceil((Number(mebibytes) * 1024 * 1024) / audio.length));
  socket.on('message', (data) => {
    const { type } = JSON.parse(data);
    if (type === 'init') socket.send('{"type":"ready","session_id":"perf"}');
    if (type !== 'flush') return;
    stream(socket, frame, count);
  });
});

function stream(socket, frame, count) {
  let sent = 0;
  const more = () => {
    while (sent < count) {
      sent++;
      const full = socket.bufferedAmount > 1024 * 1024;
      socket.send(frame, full ? more : undefined);
      if (full) return;
    }
    if (sent++ === count) socket.send('{"type":"flushed"}');
  };
  more();
}

server.on('listening', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
