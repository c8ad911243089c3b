// Deepgram's SDK for JavaScript 5.x (npm @deepgram/sdk), text to speech, pointed at another server by `baseUrl`. Each
// argument is one thing to do, in order; what the SDK hands over is printed, a JSON object a line, and the audio is
// written to output.pcm. The options of the connection come from the environment.
import { writeFileSync } from 'node:fs';
import { DeepgramClient } from '@deepgram/sdk';

const client = new DeepgramClient({ apiKey: process.env.DEEPGRAM_API_KEY, baseUrl: process.env.DEEPGRAM_URL });
const socket = await client.speak.v1.connect({
  model: 'aura-2-thalia-en',
  encoding: 'linear16',
  sample_rate: 24000,
  // Without, a refused connection is tried 30 times.
  reconnectAttempts: 0,
  ...JSON.parse(process.env.DEEPGRAM_OPTIONS ?? '{}'),
});

const tell = (object) => console.log(JSON.stringify(object));
const audio = [];
/** Resolve when a message of their type has come. */
let waiting = [];
const answered = (type) => new Promise((resolve) => waiting.push({ type, resolve }));

socket.on('message', (message) => {
  if (message instanceof Blob) {
    audio.push(message);
    return;
  }
  tell({ ...message, audioBytes: audio.reduce((bytes, { size }) => bytes + size, 0) });
  const due = waiting.filter(({ type }) => type === message.type);
  waiting = waiting.filter(({ type }) => type !== message.type);
  for (const { resolve } of due) resolve();
});
socket.on('error', (error) => tell({ type: 'error', isError: error instanceof Error, message: error.message }));
const closed = new Promise((resolve) => socket.on('close', resolve));

const steps = {
  speak: (text) => socket.sendText({ type: 'Speak', text }),
  flush: () => socket.sendFlush({ type: 'Flush' }),
  clear: () => socket.sendClear({ type: 'Clear' }),
  close: () => socket.sendClose({ type: 'Close' }),
  await: answered,
};

socket.connect();
try {
  const ready = answered('Metadata');
  await socket.waitForOpen();
  await ready;
  for (const argument of process.argv.slice(2)) {
    const [name, ...rest] = argument.split(':');
    // What an answer waits for is looked for before the question goes out: it cannot be missed.
    await steps[name](rest.join(':'));
  }
} catch (thrown) {
  tell({ type: 'thrown', name: thrown.constructor.name, message: thrown.message });
}
const { code, reason } = await closed;
tell({ type: 'close', code, reason });
writeFileSync('output.pcm', Buffer.from(await new Blob(audio).arrayBuffer()));
