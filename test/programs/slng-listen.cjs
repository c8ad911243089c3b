// Speech to text after SLNG's page on WebSockets and its specification of the bridge: settings, then audio in binary
// frames once the session is ready, then `finalize`, and `close` when the last words are there. The argument is a WAV
// file of 16 kHz; the URL comes from the environment.
const fs = require('node:fs');
const WebSocket = require('ws');

const socket = new WebSocket(`${process.env.SLNG_URL}/v1/bridges/unmute/stt/slng/deepgram/nova:3-en`, {
  headers: { Authorization: `Bearer ${process.env.SLNG_API_KEY}` },
});
const audio = fs.readFileSync(process.argv[2]).subarray(44);
const send = (message) => socket.send(JSON.stringify(message));

socket.on('open', () => {
  const config = { language: 'en', sample_rate: 16000, encoding: 'linear16', enable_vad: true, enable_partials: true };
  send({ type: 'init', config });
});

socket.on('message', (data) => {
  const message = JSON.parse(data.toString());
  switch (message.type) {
    case 'ready':
      console.log('Session ready:', message.session_id);
      // 100 ms a frame.
      for (let at = 0; at < audio.length; at += 3200) socket.send(audio.subarray(at, at + 3200));
      send({ type: 'finalize' });
      break;
    case 'partial_transcript':
      console.log('Partial:', message.transcript);
      break;
    case 'final_transcript':
      console.log('Final:', message.transcript);
      send({ type: 'close' });
      break;
    case 'error':
      console.error('Error:', message.code, message.message);
      socket.close();
  }
});
socket.on('close', (code) => console.log('Closed:', code));
