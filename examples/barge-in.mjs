// A conversation in which somebody interrupts: silence at once, what was heard of it, and the next turn without a rest of
// the last. The service: as in speak-to-file.mjs.
import { setTimeout as pause } from 'node:timers/promises';
import { connectSpeech, openSpeaker, play, speakText } from 'voxwire';

const session = connectSpeech({ provider: process.env.VOX_PROVIDER, endpoint: process.env.VOX_ENDPOINT });

/** In the place of a model: it would go on for a minute. */
async function* story() {
  for (let day = 1; day <= 60; day++) {
    yield `On day ${day} the caravan went on, and nothing was to be seen but sand. `;
    await pause(200);
  }
}

const speaker = await openSpeaker();
const turn = speakText(session, story(), { sink: speaker });
const played = play(turn, speaker);

// In the place of a microphone: somebody speaks up when 1.5 s of it were heard (24 kHz).
while (speaker.position().playedSamples < 1.5 * 24_000) await pause(10);
const { heardMs, heardText } = turn.interrupt();
await played;
console.log(`heard ${(heardMs / 1000).toFixed(1)} s: ${heardText}`);

const next = await openSpeaker();
await play(speakText(session, 'Of course.', { sink: next }), next);
await session.close();
