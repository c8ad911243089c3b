// Deepgram's SDK for JavaScript 5.x (npm @deepgram/sdk), speech to text, pointed at another server by `baseUrl`. The
// arguments are a WAV file of 16 kHz and things to do after it was sent; what the SDK hands over is printed, a JSON
// object a line. The options of the connection come from the environment.
import { readFileSync } from 'node:fs';
import { DeepgramClient } from '@deepgram/sdk';

const [file, ...actions] = process.argv.slice(2);
const client = new DeepgramClient({ apiKey: process.env.DEEPGRAM_API_KEY, baseUrl: process.env.DEEPGRAM_URL });
const socket = await client.listen.v1.connect({
  model: 'nova-3',
  encoding: 'linear16',
  sample_rate: 16000,
  interim_results: true,
  // Without, a refused connection is tried 30 times.
  reconnectAttempts: 0,
  ...JSON.parse(process.env.DEEPGRAM_OPTIONS ?? '{}'),
});

const tell = (object) => console.log(JSON.stringify(object));
let finalised = () => {};
socket.on('message', (message) => {
  tell(message);
  if (message.type === 'Results' && message.from_finalize) finalised();
});
socket.on('error', (error) => tell({ type: 'error', isError: error instanceof Error, message: error.message }));
const closed = new Promise((resolve) => socket.on('close', resolve));

const steps = {
  keepAlive: () => socket.sendKeepAlive({ type: 'KeepAlive' }),
  finalize() {
    socket.sendFinalize({ type: 'Finalize' });
    return new Promise((resolve) => {
      finalised = resolve;
    });
  },
  close: () => socket.sendCloseStream({ type: 'CloseStream' }),
};

socket.connect();
try {
  await socket.waitForOpen();
  const samples = readFileSync(file).subarray(44);
  // 50 ms of audio a message.
  for (let at = 0; at < samples.length; at += 1600) socket.sendMedia(samples.subarray(at, at + 1600));
  for (const action of actions) await steps[action]();
} catch (thrown) {
  tell({ type: 'thrown', name: thrown.constructor.name, message: thrown.message });
}
const { code, reason } = await closed;
tell({ type: 'close', code, reason });
