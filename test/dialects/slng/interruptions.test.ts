import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SpeakEvent } from '../../../src/speech/speak.ts';
import { TestClient, types } from './client.ts';

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
  client.told({ type: 'ready' });
});

const cleared = () => client.told({ type: 'cleared' });
const ended = (turn: string): SpeakEvent[] => [{ type: 'ended', turn, why: 'interrupted' }];
const repeated: SpeakEvent[] = [{ type: 'note', name: 'cleared' }];
const interrupt = (turn: string) => client.sent({ type: 'interrupt', turn });
const both = [{ type: 'cancel' }, { type: 'clear' }];

function interrupted(turn: string): void {
  client.speak(turn);
  interrupt(turn);
}

describe('a service that answers cancel and clear with one cleared', () => {
  it('is known by the sound of the next turn: from then on one ends an interruption, however early', () => {
    interrupted('a');
    expect(cleared()).toEqual(ended('a'));
    client.speak('b');
    expect(types(client.heard(1, 0))).toEqual(['audio']);
    interrupt('b');
    interrupted('c');
    expect([cleared(), cleared()]).toEqual([ended('b'), ended('c')]);
    client.speak('d');
    expect(client.heard(1, 0)).toMatchObject([{ type: 'audio', turn: 'd' }]);
  });

  it('is known by an acknowledgement as well, and by sound that is itself too late', () => {
    interrupted('a');
    cleared();
    interrupted('b');
    expect(types(client.heard(1, 0))).toEqual(['late']);
    expect(cleared()).toEqual(ended('b'));
    client = new TestClient();
    interrupted('a');
    cleared();
    interrupted('b');
    expect(client.told({ type: 'flushed' })).toMatchObject([{ type: 'note' }]);
    expect(cleared()).toEqual(ended('b'));
  });

  it('is not known by sound that no turn is open for', () => {
    interrupted('a');
    cleared();
    client.heard(1, 0);
    interrupted('b');
    expect(types(cleared())).toEqual(['error']);
  });
});

describe('a service that answers each of them', () => {
  beforeEach(() => {
    interrupted('a');
    expect(cleared()).toEqual(ended('a'));
    expect(cleared()).toEqual(repeated);
  });

  it('is known by the second, and then two end an interruption', () => {
    client.speak('b');
    client.heard(1, 0);
    interrupt('b');
    client.speak('c');
    expect(cleared()).toEqual(repeated);
    // What was on its way when the second word had not arrived is of the turn before.
    expect(types(client.heard(1, 0))).toEqual(['late']);
    expect(cleared()).toEqual(ended('b'));
    expect(client.heard(1, 0)).toMatchObject([{ type: 'audio', turn: 'c' }]);
  });

  it('may be asked again before it has answered', () => {
    interrupted('b');
    interrupted('c');
    expect([cleared(), cleared(), cleared(), cleared()]).toEqual([repeated, ended('b'), repeated, ended('c')]);
  });

  it('gets one answer less where it refuses cancel after all', () => {
    interrupted('b');
    expect(client.told({ type: 'error', message: 'unknown message' })).toMatchObject([{ code: 'cancel_refused' }]);
    expect(cleared()).toEqual(ended('b'));
    client.speak('c');
    expect(interrupt('c')).toEqual([{ type: 'clear' }]);
    expect(cleared()).toEqual(ended('c'));
  });
});

describe('an interruption before it shows which kind a service is', () => {
  const unclear = (turn: string) => [{ type: 'error', turn, fault: { code: 'E_PROTOCOL' } }];

  it('between its two answers has an answer that nobody can place: an error, and no sound of an old turn', () => {
    interrupted('a');
    expect(cleared()).toEqual(ended('a'));
    client.speak('b');
    expect(interrupt('b')).toEqual(both);
    client.speak('c');
    expect(cleared()).toMatchObject(unclear('b'));
    expect(types(client.heard(1, 0))).toEqual(['late']);
  });

  it('before the first answer as well', () => {
    interrupted('a');
    interrupted('b');
    expect(cleared()).toEqual(ended('a'));
    expect(cleared()).toMatchObject(unclear('b'));
    expect(client.closed(1006)).toEqual(ended('b'));
  });

  it('is none of these where only clear is sent', () => {
    client = new TestClient({ interruptWith: 'clear' });
    interrupted('a');
    interrupted('b');
    expect([cleared(), cleared(), cleared()]).toEqual([ended('a'), ended('b'), repeated]);
    interrupted('c');
    expect(cleared()).toEqual(ended('c'));
  });

  it('is none of these where cancel was refused', () => {
    interrupted('a');
    client.told({ type: 'error', message: 'unknown message' });
    expect(cleared()).toEqual(ended('a'));
    interrupted('b');
    expect(cleared()).toEqual(ended('b'));
  });
});

/** A service with turns of its own: it answers in order, and what it says of a turn carries that turn's mark. */
class Service {
  readonly #answersEach: boolean;
  #asked: (number | 'cancel' | 'clear')[] = [];

  constructor(answersEach: boolean) {
    this.#answersEach = answersEach;
  }

  ask(...words: (number | 'cancel' | 'clear')[]): void {
    this.#asked.push(...words);
  }

  /** Its next frame: of a turn's sound one byte pair with its number, or `cleared`; undefined when it is done. */
  next(): number | 'cleared' | undefined {
    const word = this.#asked.shift();
    return word === 'cancel' && !this.#answersEach ? this.next() : typeof word === 'number' ? word : word && 'cleared';
  }
}

describe('whatever a service answers, and whenever', () => {
  it('no sound is of another turn than its own, up to the error', () => {
    const steps = fc.array(fc.constantFrom('speak', 'interrupt', 'frame', 'frame'), { maxLength: 40 });
    fc.assert(
      fc.property(fc.boolean(), steps, (answersEach, story) => {
        const service = new Service(answersEach);
        client = new TestClient();
        let turn = 0;
        let speaking = false;
        for (const step of story) {
          if (step === 'speak' && !speaking) {
            client.speak(String(++turn));
            service.ask(turn, turn);
            speaking = true;
          } else if (step === 'interrupt' && speaking) {
            interrupt(String(turn));
            service.ask('cancel', 'clear');
            speaking = false;
          } else if (step === 'frame') {
            const frame = service.next();
            const events = frame === 'cleared' ? cleared() : frame === undefined ? [] : client.heard(frame, 0);
            if (events.some(({ type }) => type === 'error')) return;
            for (const event of events) {
              if (event.type === 'audio') expect(event.turn).toBe(String(event.chunk.bytes[0]));
            }
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
