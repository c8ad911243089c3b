// Telnyx's SDK for JavaScript 7.x (npm telnyx), speech to text, pointed at another server by `baseURL`. The argument is
// a WAV file; what the SDK hands over is printed, a JSON object a line.
import { readFileSync } from 'node:fs';
import Telnyx from 'telnyx';
import { SpeechToTextWS } from 'telnyx/resources/speech-to-text/ws';

const client = new Telnyx({
  apiKey: process.env.TELNYX_API_KEY,
  baseURL: process.env.TELNYX_URL,
  // 7.24.0 forgets the settings of a socket: only those of the client are sent.
  defaultQuery: {
    transcription_engine: 'Deepgram',
    model: 'nova-3',
    input_format: 'wav',
    interim_results: 'true',
    ...JSON.parse(process.env.TELNYX_QUERY ?? '{}'),
  },
});
const socket = new SpeechToTextWS(client, {});

const tell = (object) => console.log(JSON.stringify(object));
socket.on('transcript', tell);
socket.on('error', (failure) => {
  const { message, error } = failure;
  tell({ type: 'error', name: failure.constructor.name, message, ...(error && { error: error.error }) });
});
socket.on('close', (code, reason) => tell({ type: 'close', code, reason: String(reason) }));

const wav = readFileSync(process.argv[2]);
for (let at = 0; at < wav.length; at += 4096) socket.sendRaw(wav.subarray(at, at + 4096));
socket.send({ type: 'Finalize' });
socket.send({ type: 'CloseStream' });
