// Speaks what a language model writes while it is still writing: the first clause sounds before the sentence is there.
//   node examples/llm-to-speech.mjs                               a made-up model, the loudspeaker
//   your-model | node examples/llm-to-speech.mjs - -o reply.wav   any model, a file
// The service: as in speak-to-file.mjs.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectSpeech, createFileSink, openSpeaker, speakText } from 'voxwire';

const { values, positionals } = parseArgs({
  options: { output: { type: 'string', short: 'o' } },
  allowPositionals: true,
});

/** In the place of a model's API: a few letters at a time, in markdown, as models write. */
async function* model() {
  const reply = 'Yes, **of course**, that is quite easy. Your tokens go in here, and the sound comes out there.';
  for (const token of reply.match(/.{1,4}/g)) {
    await pause(20);
    yield token;
  }
}

const session = connectSpeech({ provider: process.env.VOX_PROVIDER, endpoint: process.env.VOX_ENDPOINT });
const path = values.output;
const sink = path ? await createFileSink({ path, container: 'wav' }) : await openSpeaker();
const tokens = positionals[0] === '-' ? process.stdin.setEncoding('utf8') : model();
const turn = speakText(session, tokens, { markdown: true, sink });
let sounds = false;
for await (const out of turn) {
  if (out.type !== 'audio') continue;
  if (!sounds) console.error(`the first sound, after ${turn.progress.sentChar} characters`);
  sounds = true;
  await sink.write(out.chunk);
}
await sink.drain();
const { report } = await turn.result;
console.error(`${(report.audioMs / 1000).toFixed(1)} s of sound for ${report.chars} characters`);
await session.close();
