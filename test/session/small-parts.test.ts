import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { PendingAcks } from '../../src/session/acks.ts';
import { closedFault, closedWell, lateFault } from '../../src/session/closed.ts';
import { Warnings } from '../../src/session/warnings.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('PendingAcks', () => {
  it('calls late for what is not settled in time, and only for that', async () => {
    const clock = new ManualClock();
    const acks = new PendingAcks(clock, 100);
    const late: string[] = [];
    acks.expect('a', () => late.push('a'));
    acks.expect('b', () => late.push('b'));
    acks.settle('a');
    acks.settle('nobody');
    expect(acks.open).toBe(true);
    await clock.advance(99);
    expect(late).toEqual([]);
    await clock.advance(1);
    expect(late).toEqual(['b']);
  });

  it('takes sound of another turn for an acknowledgement, not that of the interrupted one', () => {
    const clock = new ManualClock();
    const acks = new PendingAcks(clock, 100);
    acks.expect('a', () => {});
    acks.sounded('a');
    expect(acks.open).toBe(true);
    acks.sounded('b');
    expect(acks.open).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('keeps one timer for a turn', () => {
    const clock = new ManualClock();
    const acks = new PendingAcks(clock, 100);
    acks.expect('a', () => {});
    acks.expect('a', () => {});
    expect(clock.pending).toBe(1);
    acks.clear();
    expect(clock.pending).toBe(0);
    expect(acks.open).toBe(false);
  });
});

describe('closedFault', () => {
  it.each([
    [1000, 'E_CLOSED'],
    [1001, 'E_CLOSED'],
    [1002, 'E_PROTOCOL'],
    [1003, 'E_REQUEST'],
    [1005, 'E_CLOSED'],
    [1006, 'E_CLOSED'],
    [1007, 'E_REQUEST'],
    [1008, 'E_REQUEST'],
    [1009, 'E_REQUEST'],
    [1011, 'E_PROVIDER'],
    [1012, 'E_CLOSED'],
    [4000, 'E_CLOSED'],
  ])('makes of close code %d %s', (code, expected) => {
    const fault = closedFault({ code, reason: 'because' });
    expect(fault).toMatchObject({ code: expected, detail: { closeCode: code } });
    expect(fault.message).toContain(code === 1006 ? 'lost' : `(${code}: because)`);
  });

  it('passes a broken protocol through, and names what broke a connection', () => {
    const broken = new SpeechError('E_PROTOCOL', 'bad frame');
    expect(closedFault({ code: 1006, reason: '', error: broken })).toBe(broken);
    const reset = closedFault({ code: 1006, reason: '', error: new SpeechError('E_CONNECT', 'reset') });
    expect(reset.code).toBe('E_CLOSED');
    expect(reset.message).toBe('the connection to the service was lost (reset)');
  });

  it('shows no control characters of a reason, and not a page of it', () => {
    const { message } = closedFault({ code: 1008, reason: `\u001b[31mred\r\n${'x'.repeat(500)}` });
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message.length).toBeLessThan(300);
  });

  it('knows a close of the service’s own will', () => {
    expect(closedWell({ code: 1000, reason: '' })).toBe(true);
    expect(closedWell({ code: 1005, reason: '' })).toBe(true);
    expect(closedWell({ code: 1001, reason: '' })).toBe(false);
    expect(closedWell({ code: 1000, reason: '', error: new SpeechError('E_PROTOCOL', 'x') })).toBe(false);
  });

  it('says how long it waited', () => {
    expect(lateFault('E_TIMEOUT', 'nothing for', 2500)).toMatchObject({
      code: 'E_TIMEOUT',
      message: 'nothing for 2.5 s',
    });
  });
});

describe('Warnings', () => {
  it('says each once', () => {
    const said: string[] = [];
    const warnings = new Warnings(({ code, message }) => said.push(`${code}: ${message}`));
    warnings.say('a', 'one');
    warnings.say('a', 'two');
    warnings.say('a', 'one');
    expect(said).toEqual(['a: one', 'a: two']);
  });

  it('stops, and says so, when a service words every one anew', () => {
    const said: string[] = [];
    const warnings = new Warnings(({ code }) => said.push(code));
    for (let i = 0; i < 1000; i++) warnings.say('gap', `${i} missing`);
    expect(said).toHaveLength(101);
    expect(said.at(-1)).toBe('more_warnings');
  });
});
