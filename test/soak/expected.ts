import type * as Library from '../../src/index.ts';
import { framesOf, type Heard, heardOf, type Talk } from './listening.ts';
import { breathMs, hearRateHz, realTalks, type Said, talks, texts } from './material.ts';
import type { Plan } from './plan.ts';
import { type DialectName, dialectNames } from './record.ts';
import { type Expected, formatOf } from './speaking.ts';

type Lib = typeof Library;

/** Says each text over one undisturbed connection, in SLNG's dialect: the others must give the same. */
async function sounds(library: Lib, endpoint: string, said: readonly Said[]): Promise<Expected[]> {
  const made: Expected[] = [];
  for (const one of said) {
    const { text, voice, sampleRateHz } = one;
    const format = formatOf(sampleRateHz);
    const session = library.connectSpeech({ endpoint, key: 'soak', voice, format, session: { flush: 'end' } });
    const pieces: Uint8Array[] = [];
    for await (const output of library.speakText(session, text, { eager: false })) {
      if (output.type === 'audio') pieces.push(output.chunk.bytes);
    }
    await session.close();
    made.push({ said: one, sound: Buffer.concat(pieces) });
  }
  return made;
}

export function expectedSounds(library: Lib, { speak }: Plan): Promise<Expected[]> {
  return sounds(library, speak.directUrl, texts);
}

async function heardWhole(library: Lib, endpoint: string, dialect: DialectName, audio: Uint8Array): Promise<Heard[]> {
  const chunks = (async function* () {
    yield* framesOf(audio);
  })();
  const heard: Heard[] = [];
  for await (const output of library.hearSpeech(chunks, { provider: dialect, endpoint, key: 'soak', pace: 'fast' })) {
    if (output.type === 'final') heard.push(heardOf(output));
  }
  return heard;
}

/** The talks, and what is heard in them over one undisturbed connection in each dialect. */
export async function expectedTalks(library: Lib, { speak, listen, recogniser }: Plan): Promise<Talk[]> {
  const scripted = recogniser === 'scripted';
  const breath = new Uint8Array((hearRateHz * 2 * breathMs) / 1000);
  const made: Talk[] = [];
  for (const lines of scripted ? talks : realTalks) {
    const said = lines.map((text) => ({ text, voice: scripted ? 'scripted' : 'kal16', sampleRateHz: hearRateHz }));
    const spoken = await sounds(library, scripted ? listen.directUrl : speak.directUrl, said);
    const audio = Buffer.concat(spoken.flatMap(({ sound }) => [sound, breath]));
    const heard: Partial<Record<DialectName, Heard[]>> = {};
    for (const dialect of dialectNames) {
      heard[dialect] = await heardWhole(library, listen.directUrl, dialect, audio);
      const [got, wanted] = [heard[dialect].map(({ text }) => text), lines];
      if (scripted && got.join('\n') !== wanted.join('\n')) throw new Error(`undisturbed, ${dialect} hears: ${got}`);
    }
    made.push({ audio, heard: heard as Record<DialectName, Heard[]> });
  }
  return made;
}
