// Deepgram's SDK for JavaScript 4.11.3, speech to text, pointed at another server by `global`. The argument is a WAV
// file of 16 kHz; what the SDK hands over is printed, a JSON object a line.
const fs = require('node:fs');
const { createClient, LiveTranscriptionEvents } = require('deepgram-sdk-4');

const url = process.env.DEEPGRAM_URL;
const deepgram = createClient(process.env.DEEPGRAM_API_KEY, { global: { url, websocket: { options: { url } } } });
const connection = deepgram.listen.live({ model: 'nova-3', encoding: 'linear16', sample_rate: 16000 });
const tell = (object) => console.log(JSON.stringify(object));

connection.on(LiveTranscriptionEvents.Open, () => {
  const samples = fs.readFileSync(process.argv[2]).subarray(44);
  for (let at = 0; at < samples.length; at += 1600) connection.send(samples.subarray(at, at + 1600));
  connection.requestClose();
});
connection.on(LiveTranscriptionEvents.Transcript, tell);
connection.on(LiveTranscriptionEvents.Metadata, tell);
connection.on(LiveTranscriptionEvents.Unhandled, (message) => tell({ unhandled: message }));
connection.on(LiveTranscriptionEvents.Error, ({ error, statusCode, requestId }) => {
  tell({ type: 'error', name: error.name, statusCode, requestId });
});
connection.on(LiveTranscriptionEvents.Close, ({ code, reason }) => tell({ type: 'close', code, reason }));
