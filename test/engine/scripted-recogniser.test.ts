import { describe, expect, it } from 'vitest';
import { linearToMulaw, mulawToLinear } from '../../src/audio/g711.ts';
import type { RecogniserSettings, Recognition } from '../../src/engine/recogniser.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { createScriptedRecogniser, type ScriptedRecogniserOptions } from '../../src/engine/scripted-recogniser.ts';
import { never } from './contract.ts';
import { collect, finals } from './recogniser-contract.ts';

/** What the scripted synthesizer says, and the marks of its words. */
async function said(text: string, sampleRateHz: number, msPerChar = 10) {
  const engine = createScriptedEngine({ msPerChar });
  const format = { encoding: 'linear16', sampleRateHz, channels: 1 } as const;
  const parts: Uint8Array[] = [];
  const marks: { text: string; startMs: number; endMs: number }[] = [];
  for await (const output of engine.synthesize(
    { text, voice: 'scripted', speed: 1, language: 'en', format },
    never(),
  )) {
    if ('bytes' in output) parts.push(output.bytes);
    else marks.push({ text: output.word, startMs: output.startMs, endMs: output.endMs });
  }
  return { samples: new Int16Array(new Uint8Array(Buffer.concat(parts)).buffer), marks };
}

async function heard(
  pieces: readonly Int16Array[],
  settings: Partial<RecogniserSettings> = {},
  options: ScriptedRecogniserOptions = {},
): Promise<Recognition[]> {
  const stream = await createScriptedRecogniser(options).open({
    ...{ sampleRateHz: 16_000, interim: true, endpointingMs: 300 },
    ...settings,
  });
  const reading = collect(stream);
  for (const piece of pieces) stream.write(piece);
  stream.end();
  return reading;
}

const text = 'Grüße, 日本 from "here" 3.14 🎉!';

describe('the scripted recogniser', () => {
  it.each([8000, 16_000, 22_050, 24_000, 44_100, 48_000])('reads back what was said at %d Hz', async (sampleRateHz) => {
    const { samples } = await said(text, sampleRateHz);
    expect(finals(await heard([samples], { sampleRateHz })).map((final) => final.text)).toEqual([text]);
  });

  it('reads what was said at another pace, when it is told', async () => {
    const { samples } = await said(text, 16_000, 4);
    expect(finals(await heard([samples], {}, { msPerChar: 4 }))[0]?.text).toBe(text);
    expect(finals(await heard([samples]))[0]?.text).not.toBe(text);
  });

  it('reads what went through an 8-bit encoding', async () => {
    const { samples } = await said(text, 8000);
    const again = mulawToLinear(linearToMulaw(samples));
    expect(finals(await heard([again], { sampleRateHz: 8000 }))[0]?.text).toBe(text);
  });

  it('gives each word the times of its tones, wherever in the audio they are', async () => {
    const { samples } = await said('one three five', 16_000);
    const [final] = finals(await heard([new Int16Array(16_016), samples, new Int16Array(8000)]));
    expect(final?.words).toEqual([
      { text: 'one', startMs: 1001, endMs: 1031, confidence: 1 },
      { text: 'three', startMs: 1041, endMs: 1091, confidence: 1 },
      { text: 'five', startMs: 1101, endMs: 1141, confidence: 1 },
    ]);
    expect(final).toMatchObject({ startMs: 0, endMs: 1441, endOfUtterance: true });
  });

  it('gives an interim for each word, when it has ended', async () => {
    const { samples } = await said('one three five', 16_000);
    const results = await heard([samples, new Int16Array(16)]);
    const interims = results.filter((result) => result.type === 'interim');
    expect(interims.map((interim) => [interim.text, interim.endMs])).toEqual([
      ['one', 40],
      ['one three', 100],
      ['one three five', 140],
    ]);
    expect(results[0]).toEqual({ type: 'speechStarted', atMs: 0 });
  });

  it('ends an utterance exactly when silence is as long as was asked', async () => {
    const { samples } = await said('hi', 16_000);
    const long = new Int16Array(16 * 300);
    expect(finals(await heard([samples, long.subarray(1), samples, long])).map((final) => final.text)).toEqual([
      'hi hi',
    ]);
    expect(finals(await heard([samples, long, samples, long])).map((final) => final.text)).toEqual(['hi', 'hi']);
  });

  it('tells the end of an utterance after its silence', async () => {
    const { samples } = await said('hi', 16_000);
    const results = await heard([samples, new Int16Array(16_000)], { utteranceEndMs: 700, interim: false });
    expect(results.at(-1)).toEqual({ type: 'utteranceEnd', lastWordEndMs: 20 });
  });

  it('takes what is no tone for silence, loud or not, and reads the tones behind it', async () => {
    const { samples } = await said('hi there', 16_000);
    const sine = Int16Array.from({ length: 1234 }, (_, i) => 9000 * Math.sin(i / 7));
    const [final] = finals(await heard([sine, samples, sine]));
    expect(final?.text).toBe('hi there');
    expect(Math.abs((final?.words[0]?.startMs ?? 0) - 1234 / 16)).toBeLessThanOrEqual(1 / 16);
  });

  it('drops a tone that was cut off', async () => {
    const { samples } = await said('hi', 16_000);
    expect(finals(await heard([samples.subarray(0, 319)]))[0]?.text).toBe('h');
  });

  it('fails at a word, when it is told to, with what came before it', async () => {
    const { samples } = await said('one two three', 16_000);
    const stream = await createScriptedRecogniser({ failAt: /three/ }).open({
      ...{ sampleRateHz: 16_000, interim: true, endpointingMs: 300 },
    });
    stream.write(samples);
    stream.end();
    const got: Recognition[] = [];
    const reading = (async () => {
      for await (const result of stream.results) got.push(result);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'E_ENGINE', message: 'told to fail at "one two three"' });
    expect(got.at(-1)).toMatchObject({ type: 'interim', text: 'one two' });
  });

  it('understands the languages that it is given', async () => {
    const recogniser = createScriptedRecogniser({ languages: ['de'] });
    const settings = { sampleRateHz: 16_000, interim: true, endpointingMs: 300 } as const;
    await expect(recogniser.open({ ...settings, language: 'en-US' })).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
    expect((await recogniser.open({ ...settings, language: 'de-AT' })).warnings).toEqual([]);
  });
});
