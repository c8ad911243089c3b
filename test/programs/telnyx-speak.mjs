// Telnyx's SDK for JavaScript 7.x (npm telnyx), text to speech, pointed at another server by `baseURL`. The arguments
// are the frames to send after the handshake, as JSON; what the SDK hands over is printed, a JSON object a line, and the
// audio is written to output.pcm.
import { writeFileSync } from 'node:fs';
import Telnyx from 'telnyx';
import { TextToSpeechWS } from 'telnyx/resources/text-to-speech/ws';

const client = new Telnyx({
  apiKey: process.env.TELNYX_API_KEY,
  baseURL: process.env.TELNYX_URL,
  // 7.24.0 forgets the settings of a socket: only those of the client are sent.
  defaultQuery: JSON.parse(process.env.TELNYX_QUERY ?? '{"voice":"Telnyx.NaturalHD.astra","audio_format":"linear16"}'),
});
const socket = new TextToSpeechWS(client, {});

const tell = (object) => console.log(JSON.stringify(object));
const audio = [];
socket.on('audio_chunk', ({ audio: data, ...frame }) => {
  const bytes = data === null ? null : Buffer.from(data, 'base64');
  if (bytes !== null) audio.push(bytes);
  tell({ ...frame, audio: bytes?.length ?? null });
});
socket.on('final', tell);
socket.on('error', (failure) => {
  const { message, error } = failure;
  tell({ type: 'error', name: failure.constructor.name, message, ...(error && { error: error.error }) });
});
socket.on('close', (code, reason) => {
  tell({ type: 'close', code, reason: String(reason) });
  writeFileSync('output.pcm', Buffer.concat(audio));
});

socket.send({ text: ' ' });
for (const frame of process.argv.slice(2)) socket.send(JSON.parse(frame));
