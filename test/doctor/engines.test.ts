import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { fliteCheck, programCheck, programNeeds, type WordSpeaker } from '../../src/doctor/engines.ts';
import { programVersion } from '../../src/doctor/program-version.ts';
import { SpeechError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { signal } = new AbortController();

/** An engine that gives so many bytes of sound, and notes how it was used. */
class Speaker implements WordSpeaker {
  closed = 0;
  asked: { text: string; voice: string; format: AudioFormat } | undefined;
  readonly #bytes: readonly number[];
  readonly #clock: ManualClock;
  constructor(clock: ManualClock, ...bytes: number[]) {
    this.#clock = clock;
    this.#bytes = bytes;
  }
  async choose() {
    return { voice: 'slt', language: 'en' };
  }
  async *synthesize(request: { text: string; voice: string; format: AudioFormat }) {
    this.asked = request;
    yield { word: 'Hello', startMs: 0, endMs: 400 };
    for (const length of this.#bytes) {
      await this.#clock.advance(20);
      yield { format: request.format, bytes: new Uint8Array(length), firstSample: 0 };
    }
  }
  async close() {
    this.closed++;
  }
}

describe('the check of the embedded engine', () => {
  it('says a word, and how long that took', async () => {
    const clock = new ManualClock();
    const speaker = new Speaker(clock, 6400, 6400);
    expect(await fliteCheck(() => speaker, clock).run(signal)).toEqual({
      status: 'ok',
      detail: 'voice slt: 400 ms of speech in 40 ms',
      data: { voice: 'slt', audioMs: 400, synthesisMs: 40 },
    });
    expect(speaker.asked).toMatchObject({ text: 'Hello.', voice: 'slt', format: { encoding: 'linear16' } });
    expect(speaker.closed).toBe(1);
  });

  it('fails where the engine makes no sound, and closes it', async () => {
    const clock = new ManualClock();
    const speaker = new Speaker(clock);
    await expect(fliteCheck(() => speaker, clock).run(signal)).rejects.toMatchObject({ code: 'E_ENGINE' });
    expect(speaker.closed).toBe(1);
  });

  it('fails where the engine does, and closes it', async () => {
    const clock = new ManualClock();
    const speaker = new Speaker(clock, 100);
    speaker.choose = () => Promise.reject(new SpeechError('E_ENGINE', 'no worker'));
    await expect(fliteCheck(async () => speaker, clock).run(signal)).rejects.toThrow('no worker');
    expect(speaker.closed).toBe(1);
  });

  it('runs when nothing else is timed', () => {
    expect(fliteCheck(() => new Speaker(new ManualClock()), new ManualClock()).stage).toBe('engine');
  });
});

describe('the check of a program', () => {
  const need = { name: 'espeak-ng', versionArgument: '--version', gives: 'to speak German' };

  it('tells where it is, and which', async () => {
    let asked: unknown[] = [];
    const check = programCheck(
      need,
      async (name) => `/usr/bin/${name}`,
      async (...args) => {
        asked = args;
        return 'eSpeak NG 1.51';
      },
    );
    expect(await check.run(signal)).toEqual({
      status: 'ok',
      detail: '/usr/bin/espeak-ng: eSpeak NG 1.51',
      data: { path: '/usr/bin/espeak-ng', version: 'eSpeak NG 1.51' },
    });
    expect(asked).toEqual(['/usr/bin/espeak-ng', '--version', signal]);
  });

  it('warns where it is missing, saying what it would be good for', async () => {
    const check = programCheck(
      need,
      async () => undefined,
      () => Promise.reject(new Error('nothing to start')),
    );
    expect(await check.run(signal)).toEqual({
      status: 'warn',
      detail: 'not found',
      todo: 'install espeak-ng to speak German',
    });
  });

  it('is made for the programs that vox uses', () => {
    expect(programNeeds.map(({ name }) => name)).toEqual(['espeak-ng', 'ffmpeg']);
  });
});

describe('programVersion', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vox-doctor-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function program(name: string, script: string): string {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  }

  it('is the first line that the program prints', async () => {
    const path = program('good', 'echo "good $1 version 7"; echo "and more"');
    expect(await programVersion(path, '-version', signal)).toBe('good -version version 7');
  });

  it('is cut where the line is long', async () => {
    const path = program('long', 'printf "%0500d" 0');
    expect(await programVersion(path, '-version', signal)).toBe('0'.repeat(100));
  });

  it('is an error where the program fails, or is none', async () => {
    const failing = programVersion(program('bad', 'exit 3'), '-version', signal);
    await expect(failing).rejects.toMatchObject({ code: 'E_ENGINE' });
    await expect(programVersion(join(folder, 'none'), '-version', signal)).rejects.toThrow('does not start');
  });

  it('stops a program that waits, when nobody waits for it', async () => {
    const abort = new AbortController();
    const waiting = programVersion(program('slow', 'exec sleep 1000'), '-version', abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'E_ENGINE' });
  });

  it('gives the program no input to wait for', async () => {
    expect(await programVersion(program('reads', 'cat; echo read'), '-version', signal)).toBe('read');
  });
});
