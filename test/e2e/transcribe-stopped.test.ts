import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type HearingHabits, type HearingService, hearingService } from './hearing-service.ts';
import { humming } from './spoken.ts';
import { expectFailure, failure, objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

let service: HearingService;
const serving = async (habits: HearingHabits) => {
  service = await hearingService(habits);
};
beforeEach(() => () => service.close());

/** Twenty seconds, which take as long: nothing here waits for their end. */
const long = () => place.put('long.wav', humming(20_000));
const transcribe = (...args: string[]) => ['transcribe', ...args, '--endpoint', service.wsUrl];

/** The service hears some audio, says what it understood, and vox has read that. */
async function somethingHeard(): Promise<void> {
  await service.heard((audio) => audio.length >= 6400);
  service.final('the beginning');
  await service.read();
}

describe('vox transcribe, stopped in the middle', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: what was sent is still transcribed, and its tail printed',
    async (signal) => {
      await serving({ tail: 'and the tail' });
      long();
      const ran = await place.vox(transcribe('long.wav'), {
        during: async (child) => {
          await somethingHeard();
          child.kill(signal);
        },
      });
      expect(ran.signal).toBeNull();
      expectFailure(ran, 'E_INTERRUPTED', /^interrupted/);
      expect(ran.stdout.toString()).toBe('the beginning\nand the tail\n');
      expect(service.messages.map(({ type }) => type)).toEqual(['init', 'finalize', 'close']);
      // What was sent, and no more: the figures are of that.
      expect(ran.stderr).toMatch(/^long\.wav {2}\d\.\d\d s of audio in .* · 5 words · /m);
    },
  );

  it('into files: each is valid, under a name that says that it is not whole', async () => {
    await serving({ tail: 'and the tail' });
    long();
    place.put('old.json', 'what was here');
    const ran = await place.vox(transcribe('long.wav', '-o', 'new.vtt', '-o', 'old.json'), {
      during: async (child) => {
        await somethingHeard();
        child.kill('SIGINT');
      },
    });
    expectFailure(ran, 'E_INTERRUPTED');
    expect(failure(ran).kept).toBe('new.partial.vtt, old.partial.json');
    expect(readFileSync(place.file('new.partial.vtt'), 'utf8')).toMatch(
      /^WEBVTT\n\n[\s\S]*\nthe beginning\n[\s\S]*\nand the tail\n\n$/,
    );
    const { text } = JSON.parse(readFileSync(place.file('old.partial.json'), 'utf8'));
    expect(text).toBe('the beginning and the tail');
    expect(readFileSync(place.file('old.json'), 'utf8')).toBe('what was here');
  });

  it('many recordings: the rest is not begun', async () => {
    await serving({ tail: 'and the tail' });
    long();
    const ran = await place.vox(transcribe('long.wav', 'long.wav', 'nowhere.wav', '--json'), {
      during: async (child) => {
        await somethingHeard();
        child.kill('SIGINT');
      },
    });
    const events = objects(ran.stdout);
    expect(ran.code).toBe(130);
    expect(events.filter(({ event }) => event === 'final').map(({ text }) => text)).toEqual([
      'the beginning',
      'and the tail',
    ]);
    expect(events.filter(({ event }) => event === 'error')).toMatchObject([{ code: 'E_INTERRUPTED' }]);
    expect(service.messages.filter(({ type }) => type === 'init')).toHaveLength(1);
  });

  it('twice: the second ends it at once, though the service does not answer', async () => {
    await serving({ tail: false });
    long();
    const ran = await place.vox(transcribe('long.wav', '-o', 'twice.txt'), {
      during: async (child) => {
        await somethingHeard();
        child.kill('SIGINT');
        await service.asked('finalize');
        child.kill('SIGINT');
      },
    });
    expect(ran).toMatchObject({ code: 130, signal: null });
    expect(place.names().filter((name) => name.startsWith('twice'))).toEqual([]);
  });

  it('while the service is not ready', async () => {
    await serving({ late: true });
    long();
    // It would be waited for a whole minute.
    const ran = await place.vox(transcribe('long.wav', '-o', 'early.txt', '--connect-timeout', '60'), {
      during: async (child) => {
        await service.asked('init');
        child.kill('SIGINT');
      },
    });
    expectFailure(ran, 'E_INTERRUPTED');
    expect(place.names().filter((name) => name.startsWith('early'))).toEqual([]);
  });

  it('with a pipe that stays open: what came is transcribed', async () => {
    await serving({ tail: 'and the tail' });
    const ran = await place.vox(transcribe('-'), {
      during: async (child) => {
        child.stdin?.write(humming(1000));
        await somethingHeard();
        child.kill('SIGINT');
      },
    });
    expectFailure(ran, 'E_INTERRUPTED');
    expect(ran.stdout.toString()).toBe('the beginning\nand the tail\n');
  });
});

describe('vox transcribe --max-time', () => {
  it('ends it, and keeps what was heard', async () => {
    await serving({});
    long();
    const ran = await place.vox(transcribe('long.wav', '-o', 'slow.txt', '--max-time', '6'), {
      during: somethingHeard,
    });
    expectFailure(ran, 'E_MAX_TIME');
    expect(failure(ran).kept).toBe('slow.partial.txt');
    expect(readFileSync(place.file('slow.partial.txt'), 'utf8')).toBe('the beginning\n');
  });
});
