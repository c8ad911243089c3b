import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AudioFormat, durationMs } from '../../src/audio/format.ts';
import { HeardLedger } from '../../src/session/heard.ts';
import { bytesPerMs, format, spansOf } from '../support/fake-speak.ts';

/** A ledger of sound that is only counted. */
class Fed extends HeardLedger {
  readonly #sound: { format: AudioFormat; bytes: number };

  constructor(asked: AudioFormat) {
    const sound = { format: asked, bytes: 0 };
    super(() => durationMs(sound.format, sound.bytes));
    this.#sound = sound;
  }

  audio(byteCount: number, is: AudioFormat = this.#sound.format): void {
    this.#sound.format = is;
    this.#sound.bytes += byteCount;
  }
}

/** A ledger of two sentences: "The cat sat. " in 1300 ms, "The dog ran away." in 1700 ms, both acknowledged. */
function twoSentences(): Fed {
  const ledger = new Fed(format);
  for (const span of spansOf(['The cat sat. ', 'The dog ran away.'])) ledger.sent(span);
  ledger.audio(1300 * bytesPerMs);
  ledger.progress(13);
  ledger.audio(1700 * bytesPerMs);
  ledger.progress(30);
  return ledger;
}

describe('HeardLedger', () => {
  it('knows how long the audio is, where its format has a clock', () => {
    expect(twoSentences().audioMs).toBe(3000);
    expect(new Fed({ ...format, encoding: 'mp3' }).audioMs).toBeUndefined();
  });

  it('goes by what the sound is, not by what was asked for', () => {
    const ledger = new Fed(format);
    ledger.audio(1000 * bytesPerMs);
    expect(ledger.audioMs).toBe(1000);
    const other = new Fed(format);
    other.audio(1000 * bytesPerMs, { ...format, encoding: 'mp3' });
    expect(other.audioMs).toBeUndefined();
  });

  it.each([
    [0, ''],
    [200, ''],
    [650, 'The'],
    [1199, 'The cat'],
    [1200, 'The cat sat.'],
    [1300, 'The cat sat.'],
    [1301, 'The cat sat.'],
    [2150, 'The cat sat. The dog'],
    [3000, 'The cat sat. The dog ran away.'],
    [9000, 'The cat sat. The dog ran away.'],
  ])('reckons the text by proportion between checkpoints: at %d ms "%s"', (ms, text) => {
    expect(twoSentences().textAt(ms)).toBe(text);
  });

  it('goes by word times where the service sends them', () => {
    const ledger = twoSentences();
    ledger.words([
      { text: 'The', startMs: 0, endMs: 900 },
      { text: 'cat', startMs: 900, endMs: 1000 },
      { text: 'sat.', startMs: 1000, endMs: 1300 },
    ]);
    expect(ledger.textAt(899)).toBe('');
    expect(ledger.textAt(1000)).toBe('The cat');
    expect(ledger.textAt(5000)).toBe('The cat sat.');
  });

  it('goes by the pace so far past the last checkpoint, never beyond what was sent', () => {
    const ledger = new Fed(format);
    for (const span of spansOf(['Ten chars ', 'and ten mo', 're of them'])) ledger.sent(span);
    ledger.audio(1000 * bytesPerMs);
    ledger.progress(10);
    // 10 characters a second so far: 900 ms more are nine of the next ten.
    expect(ledger.textAt(1900)).toBe('Ten chars and ten');
    expect(ledger.textAt(60_000)).toBe('Ten chars and ten more of them');
  });

  it('goes by a usual pace before the first checkpoint: 15 characters a second', () => {
    const ledger = new Fed(format);
    for (const span of spansOf(['one two three four five six seven eight nine ten'])) ledger.sent(span);
    ledger.audio(10_000 * bytesPerMs);
    expect(ledger.textAt(1000)).toBe('one two three');
  });

  it('has only the pace for compressed audio', () => {
    const mp3: AudioFormat = { ...format, encoding: 'mp3' };
    const ledger = new Fed(mp3);
    for (const span of spansOf(['one two three. ', 'four five six.'])) ledger.sent(span);
    ledger.audio(5000);
    ledger.progress(15);
    expect(ledger.textAt(600)).toBe('one two');
    expect(ledger.textAt(1000)).toBe('one two three.');
  });

  it('does not move a checkpoint that comes twice', () => {
    const ledger = new Fed(format);
    for (const span of spansOf(['The cat sat.'])) ledger.sent(span);
    ledger.audio(1000 * bytesPerMs);
    ledger.progress(12);
    ledger.audio(1000 * bytesPerMs);
    ledger.progress(12);
    expect(ledger.textAt(1000)).toBe('The cat sat.');
  });

  it('leaves a word that was cut in the middle out, and a span without a space whole or not at all', () => {
    const ledger = new Fed(format);
    for (const span of spansOf(['antidisestablishment'])) ledger.sent(span);
    ledger.audio(2000 * bytesPerMs);
    ledger.progress(20);
    expect(ledger.textAt(1999)).toBe('');
    expect(ledger.textAt(2000)).toBe('antidisestablishment');
  });

  it.each([
    ['with sound', 1000, 'linear16'],
    ['without any sound', 0, 'linear16'],
    ['with compressed sound', 1000, 'mp3'],
  ] as const)('keeps a bounded part of 100 000 sentences %s', (_name, ms, encoding) => {
    const ledger = new Fed({ ...format, encoding });
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      const [span] = spansOf(['It is a sentence.'], 'sentence', i * 17);
      if (span) ledger.sent(span);
      ledger.sent({ text: '', fromChar: (i + 1) * 17, toChar: (i + 1) * 17, ends: 'paragraph' });
      ledger.audio(ms * bytesPerMs);
      ledger.words([{ text: 'It', startMs: i * 1000, endMs: i * 1000 + 100 }]);
      if (i % 2 === 1) ledger.progress((i + 1) * 17);
      most = Math.max(most, ledger.kept);
    }
    expect(most).toBeLessThan(1500);
  });

  it('still answers for the kept part after a long turn', () => {
    const ledger = new Fed(format);
    for (let i = 0; i < 1000; i++) {
      for (const span of spansOf([`Number ${i}. `], 'sentence', i * 100)) ledger.sent(span);
      ledger.audio(1000 * bytesPerMs);
      ledger.progress(i * 100 + `Number ${i}. `.length);
    }
    const text = ledger.textAt(999_000);
    expect(text.endsWith('Number 997. Number 998.')).toBe(true);
    expect(text.startsWith('Number 0.')).toBe(false);
  });

  it('never hears more as time goes back', () => {
    const ms = fc.integer({ min: 0, max: 4000 });
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        const ledger = twoSentences();
        const [less, more] = [ledger.textAt(Math.min(a, b)), ledger.textAt(Math.max(a, b))];
        return more.startsWith(less);
      }),
    );
  });
});
