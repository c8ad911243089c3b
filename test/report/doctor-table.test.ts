import { describe, expect, it } from 'vitest';
import { doctorTable } from '../../src/report/doctor-table.ts';
import { plainPaint } from '../../src/report/paint.ts';

/** More than the table shows: what a program reads besides. */
const result = {
  ok: false,
  checks: [
    { name: 'vox', status: 'ok', detail: '0.1.0 on Node 20.12.0', ms: 0.1, data: { vox: '0.1.0' } },
    { name: 'player', status: 'warn', detail: 'none', todo: 'install one of alsa-utils, sox' },
    { name: 'reach slng', status: 'fail', detail: 'connection refused', todo: 'check --endpoint', code: 'E_CONNECT' },
    { name: 'tone', status: 'skip', detail: 'no player' },
  ],
} as const;

describe('doctorTable', () => {
  it('shows each check, what to do about it below, and the counts', () => {
    expect(doctorTable(result)).toBe(
      [
        'ok    vox         0.1.0 on Node 20.12.0',
        'warn  player      none',
        '                  → install one of alsa-utils, sox',
        'fail  reach slng  connection refused',
        '                  → check --endpoint',
        'skip  tone        no player',
        '',
        '1 ok, 1 warn, 1 fail, 1 skip',
        '',
      ].join('\n'),
    );
  });

  it('is the whole result in one object as JSON', () => {
    const json = doctorTable(result, { mode: 'json' });
    expect(json.split('\n')).toHaveLength(2);
    expect(JSON.parse(json)).toEqual({ event: 'doctor', ...result });
  });

  it('says only what is amiss in quiet mode', () => {
    const text = doctorTable(result, { mode: 'quiet' });
    expect(text).toContain('warn  player');
    expect(text).toContain('fail  reach slng');
    expect(text).not.toContain('vox');
    expect(text).not.toContain('tone');
    expect(text).not.toContain('1 ok');
    expect(doctorTable({ ok: true, checks: result.checks.slice(0, 1) }, { mode: 'quiet' })).toBe('');
  });

  it('paints each status its own colour', () => {
    const paint = {
      ...plainPaint,
      green: (text: string) => `g(${text})`,
      yellow: (text: string) => `y(${text})`,
      red: (text: string) => `r(${text})`,
    };
    const text = doctorTable(result, { paint });
    expect(text).toContain('g(ok)    vox');
    expect(text).toContain('y(warn)  player');
    expect(text).toContain('r(fail)  reach slng');
  });

  it('makes what a service said harmless', () => {
    const said = { ok: true, checks: [{ name: 'reach', status: 'ok' as const, detail: '\x1b]0;title\x07' }] };
    expect(doctorTable(said)).toContain('\\x1b]0;title\\x07');
  });
});
