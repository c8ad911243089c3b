// Prints what is said in a recording: WAV, MP3, Ogg Opus, FLAC.
// With a key: SLNG_API_KEY=… node examples/transcribe-file.mjs talk.mp3; without: `vox serve`, then VOX_ENDPOINT=ws://127.0.0.1:8080
// VOX_PROVIDER=deepgram or telnyx speaks to those, with DEEPGRAM_API_KEY or TELNYX_API_KEY.
import { hearSpeech, openAudio } from 'voxwire';

const [audio] = await openAudio({ path: process.argv[2] });
const hearing = hearSpeech(audio, { provider: process.env.VOX_PROVIDER, endpoint: process.env.VOX_ENDPOINT });
for await (const out of hearing) {
  if (out.type === 'final') console.log(`${(out.startMs / 1000).toFixed(1)} s  ${out.text}`);
}
const { report } = await hearing.result;
console.error(`${report.words} words in ${report.audioMs / 1000} s`);
