// The batch example of SLNG's text-to-speech WebSocket page (docs.slng.ai/examples/tts-websocket), typed anew.
// Only the URL is another: it comes from the environment.
const fs = require('node:fs');
const WebSocket = require('ws');

const key = process.env.SLNG_API_KEY;
const socket = new WebSocket(`${process.env.SLNG_URL}/v1/tts/slng/deepgram/aura:2-en`, {
  headers: { Authorization: `Bearer ${key}` },
});
const text =
  'The sun rose over the mountains. Birds began to sing in the trees. A gentle breeze carried the scent of wildflowers across the valley.';
const audio = [];

socket.on('open', () => {
  socket.send(
    JSON.stringify({
      type: 'init',
      model: 'aura:2-en',
      voice: 'aura-2-thalia-en',
      config: { encoding: 'linear16', sample_rate: 24000 },
    }),
  );
  for (const sentence of text.split('. ')) {
    socket.send(JSON.stringify({ type: 'text', text: sentence.endsWith('.') ? sentence : `${sentence}.` }));
  }
  socket.send(JSON.stringify({ type: 'flush' }));
});

socket.on('message', (data, isBinary) => {
  if (isBinary) {
    audio.push(data);
    return;
  }
  const message = JSON.parse(data.toString());
  if (message.type === 'flushed') {
    console.log('All audio received, saving to output.pcm');
    fs.writeFileSync('output.pcm', Buffer.concat(audio));
    socket.close();
  }
});
