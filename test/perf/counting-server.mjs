// A bare `ws` server in a process of its own, in the words of SLNG's direct routes of speech in. It counts the bytes of
// the audio, and says once for each second of it, with a result that holds no word, that it has come so far. The sum it
// tells to who started it.
import { WebSocketServer } from 'ws';

/** 16 kHz, 16 bits. */
const bytesASecond = 32_000;

const metadata = (duration) => JSON.stringify({ type: 'Metadata', request_id: 'perf', duration });

function results(start, duration, fromFinalize) {
  return JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    start,
    duration,
    is_final: true,
    speech_final: false,
    from_finalize: fromFinalize,
    channel: { alternatives: [{ transcript: '', confidence: 0, words: [] }] },
  });
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  let bytes = 0;
  let told = 0;
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      bytes += data.length;
      for (; (told + 1) * bytesASecond <= bytes; told++) socket.send(results(told, 1, false));
      return;
    }
    const { type } = JSON.parse(data);
    if (type === 'init') socket.send(metadata(0));
    else if (type === 'finalize') socket.send(results(told, bytes / bytesASecond - told, true));
    else if (type === 'close') {
      socket.send(metadata(bytes / bytesASecond));
      socket.close(1000);
      process.send(bytes);
    }
  });
});
server.on('listening', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
