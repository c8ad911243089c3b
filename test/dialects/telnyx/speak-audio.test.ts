import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../../src/audio/format.ts';
import { wavHeader } from '../../../src/audio/wav-header.ts';
import { TurnAudio } from '../../../src/dialects/telnyx/speak-audio.ts';
import type { SpeakEvent } from '../../../src/speech/speak.ts';

const pcm: AudioFormat = { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 };
/** MPEG 2 Layer III, 32 kbit/s, 24 kHz, mono: 96 bytes. */
const frame = Buffer.concat([Buffer.from('fff344c4', 'hex'), Buffer.alloc(92)]);
const mp3: AudioFormat = { encoding: 'mp3', sampleRateHz: 24_000, channels: 1 };

/** Warnings by their code, chunks by their format and bytes; chunks in a row of one format are one. */
function summary(events: readonly SpeakEvent[]): unknown[] {
  const told: unknown[] = [];
  for (const event of events) {
    if (event.type === 'warning') told.push(event.code);
    if (event.type !== 'audio') continue;
    const { encoding } = event.chunk.format;
    const hex = Buffer.from(event.chunk.bytes).toString('hex');
    const last = told.at(-1);
    if (typeof last === 'string' && last.startsWith(`${encoding} `)) told[told.length - 1] = last + hex;
    else told.push(`${encoding} ${hex}`);
  }
  return told;
}

function whole(bytes: Uint8Array, asked = pcm): unknown[] {
  const audio = new TurnAudio('a', asked);
  return summary([...audio.push(bytes), ...audio.end()]);
}

function byOnes(bytes: Uint8Array, asked = pcm): unknown[] {
  const audio = new TurnAudio('a', asked);
  const events = [...bytes].flatMap((byte) => audio.push(Uint8Array.of(byte)));
  return summary([...events, ...audio.end()]);
}

const samples = Buffer.from('10002000ff0f', 'hex');
const tag = Buffer.from('49443304000000000004deadbeef', 'hex');

const vectors: readonly (readonly [string, Uint8Array, unknown[]])[] = [
  ['samples', samples, ['linear16 10002000ff0f']],
  ['no sound', new Uint8Array(0), []],
  ['a RIFF header and samples', Buffer.concat([wavHeader(pcm, 6), samples]), ['linear16 10002000ff0f']],
  [
    'a RIFF header of another rate',
    Buffer.concat([wavHeader({ ...pcm, sampleRateHz: 8000 }, 6), samples]),
    ['riff_format', 'linear16 10002000ff0f'],
  ],
  ['half a sample at the end', samples.subarray(0, 5), ['linear16 10002000', 'odd_byte']],
  [
    'mp3 frames',
    Buffer.concat([frame, frame]),
    ['other_format', `mp3 ${Buffer.concat([frame, frame]).toString('hex')}`],
  ],
  [
    'mp3 behind a tag',
    Buffer.concat([tag, frame]),
    ['other_format', `mp3 ${Buffer.concat([tag, frame]).toString('hex')}`],
  ],
  [
    'samples that look like one mp3 header',
    Buffer.concat([frame, Buffer.from('0102030405060708', 'hex')]),
    [`linear16 ${frame.toString('hex')}0102030405060708`],
  ],
  ['samples that begin like an mp3 header', Buffer.from('fff3', 'hex'), ['linear16 fff3']],
  ['samples of a header that is none', Buffer.from('fff3ffff0000', 'hex'), ['linear16 fff3ffff0000']],
  [
    'samples that begin like a tag',
    Buffer.from('49443304000000ff00000000', 'hex'),
    ['linear16 49443304000000ff00000000'],
  ],
  ['too little for a tag', Buffer.from('494433', 'hex'), ['linear16 4944', 'odd_byte']],
  ['a tag of no version', Buffer.from('494433090000000000000000', 'hex'), ['linear16 494433090000000000000000']],
  ['quiet samples below zero', Buffer.from('ffffffffffff', 'hex'), ['linear16 ffffffffffff']],
];

describe('one turn’s sound', () => {
  it.each(vectors)('of %s', (_, bytes, wanted) => expect(whole(bytes)).toEqual(wanted));
  it.each(vectors.filter(([name]) => name !== 'mp3 behind a tag'))('of %s, byte by byte', (_, bytes, wanted) => {
    expect(byOnes(bytes)).toEqual(wanted);
  });

  it('names the format of what comes, with the numbers of its header', () => {
    const audio = new TurnAudio('a', pcm);
    const [warning, chunk] = audio.push(Buffer.concat([frame, frame]));
    expect(warning).toEqual({
      type: 'warning',
      code: 'other_format',
      message: 'the service sends mp3 24000 Hz mono; linear16 24000 Hz mono was asked for',
    });
    expect(chunk).toMatchObject({ turn: 'a', chunk: { format: mp3, firstSample: undefined } });
    expect(audio.push(frame)).toMatchObject([{ type: 'audio', chunk: { format: mp3, bytes: frame } }]);
  });

  it('takes the numbers that were asked for where a tag hides the header', () => {
    const audio = new TurnAudio('a', { ...pcm, sampleRateHz: 16_000 });
    const [, chunk] = audio.push(tag);
    expect(chunk).toMatchObject({ chunk: { format: { encoding: 'mp3', sampleRateHz: 16_000, channels: 1 } } });
  });

  it('numbers samples through the turn', () => {
    const audio = new TurnAudio('a', pcm);
    const events = [samples, samples].flatMap((bytes) => audio.push(bytes));
    expect(events).toMatchObject([{ chunk: { firstSample: 0 } }, { chunk: { firstSample: 3 } }]);
  });

  it('lets mp3 that was asked for pass, whatever it begins with', () => {
    expect(whole(Buffer.from('00ff', 'hex'), mp3)).toEqual(['mp3 00ff']);
    expect(byOnes(frame, mp3)).toEqual([`mp3 ${frame.toString('hex')}`]);
  });

  it('does not take the silence of mulaw for mp3', () => {
    const mulaw: AudioFormat = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 };
    expect(whole(Buffer.alloc(300, 0xff), mulaw)).toEqual([`mulaw ${'ff'.repeat(300)}`]);
  });

  it('says whether anything came', () => {
    const audio = new TurnAudio('a', pcm);
    audio.push(new Uint8Array(0));
    expect(audio.heard).toBe(false);
    audio.push(Uint8Array.of(0xff));
    expect(audio.heard).toBe(true);
  });
});
