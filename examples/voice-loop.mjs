// Listens, replies, says it; until somebody says goodbye.
//   node examples/voice-loop.mjs                 the microphone, which is off while the loudspeaker is on
//   node examples/voice-loop.mjs --headphones    it stays on, for it cannot hear the reply
//   node examples/voice-loop.mjs question.wav    a recording in the place of the microphone
// The service: as in speak-to-file.mjs.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectSpeech, hearSpeech, openAudio, openMicrophone, openSpeaker, play, speakText } from 'voxwire';

const { values, positionals } = parseArgs({ options: { headphones: { type: 'boolean' } }, allowPositionals: true });
const service = { provider: process.env.VOX_PROVIDER, endpoint: process.env.VOX_ENDPOINT };
const [path] = positionals;
const [source] = path ? await openAudio({ path }) : [await openMicrophone()];
const { format, live } = source;
const session = connectSpeech({ ...service, format });
let muted = false;

/** Silence is sent while it is muted, so that the service's sense of time is not disturbed. */
async function* ears() {
  for await (const chunk of source.chunks(new AbortController().signal)) {
    yield muted && !values.headphones ? { ...chunk, bytes: new Uint8Array(chunk.bytes.length) } : chunk;
  }
}

/** In the place of a model. */
const replyTo = (text) => (/goodbye/i.test(text) ? 'Goodbye.' : `You said: ${text}`);

console.error(`listening to ${source.name}`);
for await (const out of hearSpeech(ears(), { ...service, format, pace: live ? 'live' : 1 })) {
  if (out.type !== 'final') continue;
  const reply = replyTo(out.text);
  console.log(`> ${out.text}\n< ${reply}`);
  muted = true;
  const speaker = await openSpeaker(format);
  await play(speakText(session, reply, { sink: speaker }), speaker);
  await pause(300); // the room still sounds
  muted = false;
  if (reply === 'Goodbye.') break;
}
await session.close();
