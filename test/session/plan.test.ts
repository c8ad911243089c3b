import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../src/audio/format.ts';
import { slngListen } from '../../src/dialects/slng/index.ts';
import { planHearing } from '../../src/session/plan.ts';
import type { ListenSettings } from '../../src/speech/listen.ts';

const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
const settings: ListenSettings = { baseUrl: 'ws://x', format, interim: true, language: 'en' };

async function* chunks(count: number): AsyncGenerator<AudioChunk> {
  for (let i = 0; i < count; i++) yield { format, bytes: Uint8Array.of(i, 0), firstSample: i };
}

async function plan(count: number, own: Partial<ListenSettings> = {}): Promise<string[]> {
  const frames: string[] = [];
  for await (const frame of planHearing(slngListen, { ...settings, ...own }, chunks(count))) {
    frames.push(frame.kind === 'text' ? frame.text : `(${[...frame.bytes]})`);
  }
  return frames;
}

describe('planHearing', () => {
  it('is init, the audio, finalize, close', async () => {
    const [init = '', ...rest] = await plan(3);
    expect(JSON.parse(init)).toMatchObject({ type: 'init', config: { language: 'en', sample_rate: 16_000 } });
    expect(rest).toEqual(['(0,0)', '(1,0)', '(2,0)', '{"type":"finalize"}', '{"type":"close"}']);
  });

  it('has the audio as base64 where that is asked for', async () => {
    const frames = await plan(1, { audioAs: 'json' });
    expect(frames[1]).toBe('{"type":"audio","data":"AAA="}');
  });

  it('pulls the audio as it is read: a long file is not held', async () => {
    let pulled = 0;
    async function* endless(): AsyncGenerator<AudioChunk> {
      for (;;) yield { format, bytes: Uint8Array.of(1, 0), firstSample: pulled++ };
    }
    let read = 0;
    for await (const _ of planHearing(slngListen, settings, endless())) if (++read === 5) break;
    expect(pulled).toBeLessThanOrEqual(5);
  });
});
