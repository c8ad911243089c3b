import { systemClock } from '../../src/clock.ts';
import type { Synthesizer } from '../../src/engine/engine.ts';
import { createFliteEngine } from '../../src/engine/flite.ts';
import { createPocketsphinx } from '../../src/engine/pocketsphinx.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { createScriptedRecogniser } from '../../src/engine/scripted-recogniser.ts';
import { noLog } from '../../src/log.ts';
import { never } from './contract.ts';
import { type Phrase, phraseRateHz, type RecogniserMember } from './recogniser-contract.ts';

/** What an engine says, as samples at 16 kHz. */
export async function spoken(engine: Synthesizer, text: string, voice: string): Promise<Int16Array> {
  const format = { encoding: 'linear16', sampleRateHz: phraseRateHz, channels: 1 } as const;
  const parts: Uint8Array[] = [];
  for await (const output of engine.synthesize({ text, voice, speed: 1, language: 'en', format }, never())) {
    if ('bytes' in output) parts.push(output.bytes);
  }
  return new Int16Array(new Uint8Array(Buffer.concat(parts)).buffer);
}

async function phrasesOf(engine: Synthesizer, voice: string, texts: [string, string]): Promise<[Phrase, Phrase]> {
  const phrase = async (text: string) => ({
    samples: await spoken(engine, text, voice),
    words: text.toLowerCase().replace(/\.$/, '').split(' '),
  });
  const [one, two] = texts;
  const phrases: [Phrase, Phrase] = [await phrase(one), await phrase(two)];
  await engine.close();
  return phrases;
}

export async function scriptedRecogniserMember(): Promise<RecogniserMember> {
  return {
    make: () => createScriptedRecogniser(),
    otherLanguage: 'de',
    phrases: await phrasesOf(createScriptedEngine(), 'scripted', ['when the rain had stopped', 'go home']),
  };
}

export async function pocketsphinxMember(): Promise<RecogniserMember> {
  const flite = createFliteEngine({ clock: systemClock, log: noLog });
  return {
    make: () => createPocketsphinx({ clock: systemClock, log: noLog, spare: false }),
    otherLanguage: 'de',
    phrases: await phrasesOf(flite, 'rms', ['We took the train to the city.', 'The weather is very nice today.']),
  };
}
