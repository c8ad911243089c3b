import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import type { SpeakOutput } from '../../src/session/options.ts';
import type { SpeakTurn } from '../../src/session/speak-session.ts';
import { openFake, settle, spansOf } from '../support/fake-speak.ts';

/** Waits are all they can be: 250, 500, … ms. */
const reconnect = { max: 50, random: () => 1 - 2 ** -53 };
/** The service answers nothing by itself. */
const quiet = { msPerChar: undefined, ended: false };

/** What came, in words: `audio 100+20` is 20 ms from 100 ms on. */
function collect(turn: SpeakTurn) {
  const outputs: string[] = [];
  const got: { error: unknown } = { error: undefined };
  const read = async () => {
    for await (const output of turn) outputs.push(inWords(output));
  };
  read().catch((thrown) => {
    got.error = thrown;
  });
  return { outputs, got };
}

function inWords(output: SpeakOutput): string {
  if (output.type !== 'audio') return output.type;
  const { chunk } = output;
  const bytesPerMs = (chunk.format.sampleRateHz * 2) / 1000;
  const fromMs = (chunk.firstSample ?? 0) / (chunk.format.sampleRateHz / 1000);
  return `audio ${fromMs}+${chunk.bytes.length / bytesPerMs}`;
}

function speaking(options: Parameters<typeof openFake>[0] = {}, takesBack = true) {
  const fake = openFake({ reconnect, habits: quiet, ...options });
  const turn = fake.session.speak(spansOf(['One one. ', 'Two two. ', 'Three.']), { takesBack });
  return { ...fake, turn, ...collect(turn) };
}

describe('a connection that is lost in the middle of a turn', () => {
  it('is replaced after a while; what was not acknowledged is said again, and taken back when it comes again', async () => {
    const { clock, hub, turn, outputs, warnings } = speaking();
    await settle();
    hub.link.sound('turn-1', 100);
    hub.link.progress('turn-1', 9);
    hub.link.sound('turn-1', 40);
    await settle();
    hub.link.close(1006);
    await clock.advance(249);
    expect(hub.links).toHaveLength(1);
    await clock.advance(2);
    expect(hub.links).toHaveLength(2);
    expect(hub.link.texts).toEqual(['Two two. ', 'Three.']);
    expect(outputs).toEqual(['audio 0+100', 'checkpoint', 'audio 100+40']);
    hub.link.sound('turn-1', 60);
    hub.link.progress('turn-1', 24);
    hub.link.say({ type: 'ended', turn: 'turn-1', why: 'done' });
    await settle();
    expect(outputs.slice(3)).toEqual(['takeBack', 'audio 100+60', 'checkpoint', 'checkpoint']);
    const { why, report } = await turn.result;
    expect([why, report.audioMs, report.reconnects, report.connections]).toEqual(['done', 160, 1, 2]);
    expect(warnings).toMatchObject([{ code: 'reconnect' }]);
  });

  it('keeps what was received when no other connection can be made', async () => {
    const { clock, hub, turn, outputs, got } = speaking();
    await settle();
    hub.link.sound('turn-1', 100);
    await settle();
    hub.failure = new SpeechError('E_CONNECT', 'nobody is there');
    hub.link.close(1006);
    await clock.advance(60_000);
    expect((await turn.result).error?.code).toBe('E_CONNECT');
    expect(outputs).toEqual(['audio 0+100']);
    expect(got.error).toMatchObject({ code: 'E_CONNECT' });
    // The first, and five in a row that brought nothing.
    expect(hub.attempts).toHaveLength(6);
    expect(clock.pending).toBe(0);
  });

  it('waits longer each time that brings nothing, and anew once sound has come', async () => {
    const { clock, hub } = speaking();
    await settle();
    for (const waitMs of [250, 500, 1000]) {
      hub.link.close(1006);
      const { length } = hub.links;
      await clock.advance(waitMs - 1);
      expect(hub.links).toHaveLength(length);
      await clock.advance(2);
      expect(hub.links).toHaveLength(length + 1);
    }
    hub.link.sound('turn-1', 10);
    await settle();
    hub.link.close(1006);
    await clock.advance(251);
    expect(hub.links).toHaveLength(5);
  });

  it('is the end of the turn where the sound cannot be taken back', async () => {
    const { hub, turn, got } = speaking({}, false);
    await settle();
    hub.link.sound('turn-1', 100);
    await settle();
    hub.link.close(1006);
    expect((await turn.result).error?.code).toBe('E_CLOSED');
    await settle();
    expect([hub.links.length, got.error]).toMatchObject([1, { code: 'E_CLOSED' }]);
  });

  it('but not while nothing has sounded that is not acknowledged', async () => {
    const { hub, clock } = speaking({}, false);
    await settle();
    hub.link.close(1006);
    await clock.advance(251);
    expect(hub.link.texts.join('')).toBe('One one. Two two. Three.');
  });

  it.each([
    [
      'compressed sound, which cannot be joined',
      { settings: { format: { encoding: 'mp3', sampleRateHz: 24_000, channels: 1 } } },
    ],
    ['without `reconnect`', { reconnect: { max: 0 } }],
  ] as const)('is the end of the turn: %s', async (_, options) => {
    const { hub, turn } = speaking(options);
    await settle();
    hub.link.sound('turn-1', 100);
    await settle();
    hub.link.close(1006);
    expect((await turn.result).error?.code).toBe('E_CLOSED');
    expect(hub.links).toHaveLength(1);
  });

  it('is the end of compressed sound also at a checkpoint, and not before there is any', async () => {
    const settings = { format: { encoding: 'mp3', sampleRateHz: 24_000, channels: 1 } } as const;
    const { clock, hub, turn } = speaking({ settings });
    await settle();
    hub.link.close(1006);
    await clock.advance(251);
    expect(hub.links).toHaveLength(2);
    hub.link.sound('turn-1', 100);
    hub.link.progress('turn-1', 9);
    await settle();
    hub.link.close(1006);
    expect((await turn.result).error?.code).toBe('E_CLOSED');
    expect(hub.links).toHaveLength(2);
  });

  it.each([1008, 1003, 1009])('for a reason that another would meet too is the end: %i', async (code) => {
    const { hub, turn } = speaking();
    await settle();
    hub.link.close(code);
    expect((await turn.result).error?.code).toBe('E_REQUEST');
    expect(hub.links).toHaveLength(1);
  });

  it('after a word of the service about what is wrong is the end', async () => {
    const { hub, turn } = speaking();
    await settle();
    hub.link.say({ type: 'error', turn: 'turn-1', fault: { code: 'E_PROVIDER', message: 'no voice today' } });
    expect((await turn.result).error?.message).toBe('no voice today');
    expect(hub.links).toHaveLength(1);
  });

  it('is not what an expired timeout is', async () => {
    const { clock, hub, turn } = speaking({ timeouts: { frameMs: 1000 } });
    await clock.advance(1001);
    expect((await turn.result).error?.code).toBe('E_TIMEOUT');
    expect(hub.links).toHaveLength(1);
  });

  it('is not a silence of the service while what is said again waits for its limits', async () => {
    const { clock, hub, turn } = speaking({
      timeouts: { frameMs: 1000 },
      traits: { limits: { flushesPerMinute: 4 } },
    });
    await settle();
    hub.link.close(1006);
    await clock.advance(251);
    // Three flushes have gone, and of the three that go again there is room for one.
    hub.link.sound('turn-1', 100);
    hub.link.say({ type: 'progress', turn: 'turn-1', throughChar: 9 });
    await clock.advance(30_000);
    expect(hub.links).toHaveLength(2);
    await clock.advance(32_000);
    expect(hub.link.texts.join('')).toBe('One one. Two two. Three.');
    // Now it has been asked for all, and owes it.
    await clock.advance(1001);
    expect((await turn.result).error?.code).toBe('E_TIMEOUT');
  });

  it('waits no longer when it is interrupted, or stopped', async () => {
    const interrupted = speaking();
    await settle();
    interrupted.hub.link.close(1006);
    await settle();
    interrupted.turn.interrupt();
    expect((await interrupted.turn.result).why).toBe('interrupted');
    await interrupted.clock.advance(10_000);
    expect([interrupted.hub.links.length, interrupted.clock.pending]).toEqual([1, 0]);

    const abort = new AbortController();
    const stopped = speaking({ signal: abort.signal });
    await settle();
    stopped.hub.link.close(1006);
    await settle();
    abort.abort(new SpeechError('E_INTERRUPTED', 'stop'));
    expect((await stopped.turn.result).error?.code).toBe('E_INTERRUPTED');
    await stopped.clock.advance(10_000);
    expect([stopped.hub.links.length, stopped.clock.pending]).toEqual([1, 0]);
  });

  it('is not made up for where none was ever made', async () => {
    const fake = openFake({ reconnect });
    fake.hub.failure = new SpeechError('E_CONNECT', 'nobody is there');
    const turn = fake.session.speak(spansOf(['One. ']), { takesBack: true });
    expect((await turn.result).error?.code).toBe('E_CONNECT');
    expect(fake.hub.attempts).toHaveLength(1);
  });
});
