// Speaks one line into a raw PCM file: linear16, 24 kHz, mono.
// With a key: SLNG_API_KEY=… node examples/speak-to-file.mjs; without: `vox serve`, then VOX_ENDPOINT=ws://127.0.0.1:8080
// VOX_PROVIDER=deepgram or telnyx speaks to those, with DEEPGRAM_API_KEY or TELNYX_API_KEY.
import { createWriteStream } from 'node:fs';
import { connectSpeech, speakText } from 'voxwire';

const session = connectSpeech({ provider: process.env.VOX_PROVIDER, endpoint: process.env.VOX_ENDPOINT });
const file = createWriteStream('hello.pcm');
for await (const out of speakText(session, 'Hello from the voxwire library.')) {
  if (out.type === 'audio') file.write(out.chunk.bytes);
}
file.end();
await session.close();
