import { describe, expect, it } from 'vitest';
import type { Check, CheckResult, Finding } from '../../src/doctor/check.ts';
import { doctorExitCode, runDoctor } from '../../src/doctor/run.ts';
import { SpeechError } from '../../src/errors.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

function check(name: string, run: Check['run'], changes: Partial<Check> = {}): Check {
  return { name, stage: 'look', withinMs: 5000, fault: 'E_UNEXPECTED', run, ...changes };
}

const fine = (): Finding => ({ status: 'ok', detail: 'fine' });
const never = () => new Promise<Finding>(() => {});

function failed(code: CheckResult['code']): CheckResult {
  return { name: 'x', status: 'fail', detail: '', ...(code && { code }) };
}

describe('runDoctor', () => {
  it('answers in the order given, whatever ends first', async () => {
    const clock = new ManualClock();
    const slow = check('slow', () => new Promise((resolve) => clock.after(300, () => resolve(fine()))));
    const quick = check('quick', () => new Promise((resolve) => clock.after(100, () => resolve(fine()))));
    const running = runDoctor({ checks: [slow, quick], clock });
    await clock.advance(300);
    const result = await running;
    expect(result).toEqual({
      ok: true,
      checks: [
        { name: 'slow', status: 'ok', detail: 'fine', ms: 300 },
        { name: 'quick', status: 'ok', detail: 'fine', ms: 100 },
      ],
    });
    expect(clock.pending).toBe(0);
  });

  it('runs the checks of a stage side by side, and stages one after another', async () => {
    const clock = new ManualClock();
    const began: string[] = [];
    const stage = (name: string, of: Check['stage']) =>
      check(
        name,
        () => {
          began.push(`${name} at ${clock.now()}`);
          return new Promise((resolve) => clock.after(100, () => resolve(fine())));
        },
        { stage: of },
      );
    const running = runDoctor({
      checks: [
        stage('tone', 'sound'),
        stage('flite', 'engine'),
        stage('a', 'reach'),
        stage('b', 'reach'),
        stage('vox', 'look'),
      ],
      clock,
    });
    await clock.advance(400);
    await running;
    expect(began).toEqual(['vox at 0', 'a at 100', 'b at 100', 'flite at 200', 'tone at 300']);
  });

  it('makes a failure of what a check throws', async () => {
    const told = new SpeechError('E_AUTH', 'the key was refused', { detail: { status: 401 } });
    const { ok, checks } = await runDoctor({
      checks: [
        check('told', () => Promise.reject(told)),
        check(
          'thrown',
          () => {
            throw new Error('broken');
          },
          { fault: 'E_DEVICE' },
        ),
        check('odd', () => Promise.reject('a string'), { fault: 'E_ENGINE' }),
        check('well', fine),
      ],
      clock: new ManualClock(),
    });
    expect(ok).toBe(false);
    expect(checks).toMatchObject([
      {
        name: 'told',
        status: 'fail',
        detail: 'the key was refused',
        code: 'E_AUTH',
        data: { status: 401 },
        todo: told.todo,
      },
      { name: 'thrown', status: 'fail', detail: 'broken', code: 'E_DEVICE' },
      { name: 'odd', status: 'fail', detail: 'a string', code: 'E_ENGINE' },
      { name: 'well', status: 'ok' },
    ]);
    expect(checks[1]).not.toHaveProperty('data');
  });

  it('waits no longer than a check may take, and calls it off', async () => {
    const clock = new ManualClock();
    let calledOff = false;
    const hangs = check(
      'hangs',
      (signal) => {
        signal.addEventListener('abort', () => {
          calledOff = true;
        });
        return never();
      },
      { withinMs: 2000, fault: 'E_CONNECT' },
    );
    const running = runDoctor({ checks: [hangs, check('well', fine)], clock });
    await clock.advance(1999);
    expect(calledOff).toBe(false);
    await clock.advance(1);
    const { checks } = await running;
    expect(calledOff).toBe(true);
    expect(checks[0]).toMatchObject({ status: 'fail', detail: 'no answer within 2 s', code: 'E_CONNECT', ms: 2000 });
    expect(checks[1]).toMatchObject({ status: 'ok' });
    expect(clock.pending).toBe(0);
  });

  it('takes no notice of what a check does after its time', async () => {
    const clock = new ManualClock();
    const late = check('late', () => new Promise((_, reject) => clock.after(9000, () => reject(new Error('late')))));
    const running = runDoctor({ checks: [late], clock });
    await clock.advance(9000);
    expect((await running).checks[0]?.detail).toBe('no answer within 5 s');
  });

  it('ends with the reason of a signal, calling off what runs', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const reason = new SpeechError('E_INTERRUPTED', 'interrupted');
    let calledOff: unknown;
    const hangs = check('hangs', (signal) => {
      signal.addEventListener('abort', () => {
        calledOff = signal.reason;
      });
      return never();
    });
    const running = runDoctor({ checks: [hangs], clock, signal: abort.signal });
    const outcome = expect(running).rejects.toBe(reason);
    await settle();
    abort.abort(reason);
    await outcome;
    expect(calledOff).toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('does not begin under a signal that has been aborted', async () => {
    let began = false;
    const reason = new SpeechError('E_INTERRUPTED', 'interrupted');
    const watched = check('watched', () => {
      began = true;
      return fine();
    });
    await expect(
      runDoctor({ checks: [watched], clock: new ManualClock(), signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(began).toBe(false);
  });

  it('gives no time to what was skipped', async () => {
    const skip = check('tone', () => ({ status: 'skip', detail: 'not wanted' }));
    const { checks, ok } = await runDoctor({ checks: [skip], clock: new ManualClock() });
    expect(checks).toEqual([{ name: 'tone', status: 'skip', detail: 'not wanted' }]);
    expect(ok).toBe(true);
  });

  it('is well with warnings', async () => {
    const warn = check('player', () => ({ status: 'warn', detail: 'none' }));
    expect((await runDoctor({ checks: [warn], clock: new ManualClock() })).ok).toBe(true);
  });

  it('tells how far it is', async () => {
    const told: string[] = [];
    await runDoctor({
      checks: [check('a', fine), check('b', fine), check('c', fine, { stage: 'sound' })],
      clock: new ManualClock(),
      onProgress: (done, total) => told.push(`${done}/${total}`),
    });
    expect(told).toEqual(['1/3', '2/3', '3/3']);
  });
});

describe('doctorExitCode', () => {
  it.each([
    ['a refused key', 'E_AUTH', 3],
    ['a missing key', 'E_KEY', 3],
    ['no connection', 'E_CONNECT', 4],
    ['a provider at fault', 'E_PROVIDER', 5],
    ['a device', 'E_DEVICE', 6],
    ['a file', 'E_FILE', 6],
    ['a failure without a code', undefined, 1],
  ] as const)('is right for %s', (_, code, exit) => {
    expect(doctorExitCode({ ok: false, checks: [failed(code)] })).toBe(exit);
  });

  it('is that of the first failure', () => {
    const checks: CheckResult[] = [
      { name: 'warned', status: 'warn', detail: '', code: 'E_PLAYER' },
      failed('E_CONNECT'),
      failed('E_AUTH'),
    ];
    expect(doctorExitCode({ ok: false, checks })).toBe(4);
  });

  it('is 0 when nothing failed', () => {
    expect(
      doctorExitCode({ ok: true, checks: [{ name: 'player', status: 'warn', detail: '', code: 'E_PLAYER' }] }),
    ).toBe(0);
    expect(doctorExitCode({ ok: true, checks: [] })).toBe(0);
  });
});
