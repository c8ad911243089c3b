// The basic JavaScript example of Telnyx's page of text-to-speech WebSocket examples, typed anew. Only the URL is
// another: it comes from the environment.
const WebSocket = require('ws');
const fs = require('node:fs');

const url = `${process.env.TELNYX_URL}/v2/text-to-speech/speech?voice=Telnyx.NaturalHD.astra`;
const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${process.env.TELNYX_API_KEY}` } });
const chunks = [];

socket.on('open', () => {
  // The handshake, the text, and that there is no more.
  socket.send(JSON.stringify({ text: ' ' }));
  socket.send(JSON.stringify({ text: 'Hello from Telnyx text-to-speech.' }));
  socket.send(JSON.stringify({ text: '' }));
});

socket.on('message', (raw) => {
  const data = JSON.parse(raw);
  if (data.error) {
    console.error('Error:', data.error);
    socket.close();
    return;
  }
  if (data.audio) chunks.push(Buffer.from(data.audio, 'base64'));
  if (data.isFinal) {
    fs.writeFileSync('output.mp3', Buffer.concat(chunks));
    socket.close();
  }
});
