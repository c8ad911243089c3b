import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FaultRow, faultRows, wrongIn } from '../../support/fault-cases.ts';
import { type CommandName, commands, dialectNames, runCell, type Starter } from '../../support/fault-cells.ts';
import { root, run } from '../../support/vox.ts';

const whole = Buffer.from('the whole of it');
const healed: FaultRow = { spec: 'unknown@2', speak: 'ok', listen: 'ok' };
const failing: FaultRow = { spec: 'close=1011@3', speak: 'E_PROVIDER', listen: 'E_PROVIDER' };

/** A command that is nothing but a line of shell. */
const shell =
  (line: string): Starter =>
  (_, options) =>
    run('sh', ['-c', line], options);

async function judged(fault: FaultRow, line: string, withinMs?: number) {
  const cell = { fault, dialect: 'slng', command: 'synth to a pipe' } as const;
  const means = { recording: whole, start: shell(line), ...(withinMs !== undefined && { withinMs }) };
  return wrongIn(await runCell(cell, means, whole), cell);
}

const said = (code: string) => `echo 'vox: it broke [${code}]' >&2`;

describe('the judge of the matrix', () => {
  it('takes what is healed, and what fails aloud and keeps what came', async () => {
    expect(await judged(healed, 'printf "the whole of it"')).toBeUndefined();
    expect(await judged(failing, `printf "the whole"; ${said('E_PROVIDER')}; exit 5`)).toBeUndefined();
  });

  it.each([
    ['exits with 0 after half of it', healed, 'printf "the whole"', /ok, and part is left/],
    [
      'exits with 0 after an error',
      healed,
      `printf "the whole of it"; ${said('E_PROVIDER')}`,
      /exit 0 after E_PROVIDER/,
    ],
    ['fails without a word', failing, 'exit 5', /exit 5 without a word/],
    [
      'fails with another exit code than its error has',
      failing,
      `${said('E_PROVIDER')}; exit 4`,
      /exit 4 for E_PROVIDER/,
    ],
    ['fails with another error', failing, `${said('E_CLOSED')}; exit 4`, /ended with E_CLOSED, not E_PROVIDER/],
    ['spoils what came', failing, `printf "the hole"; ${said('E_PROVIDER')}; exit 5`, /other is left/],
    ['shows its stack', failing, `echo '    at main (vox.js:1:1)' >&2; ${said('E_PROVIDER')}; exit 5`, /a stack trace/],
    [
      'warns of a rejection',
      healed,
      'printf "the whole of it"; echo "(node:7) Unhandled promise" >&2',
      /a stack trace/,
    ],
    ['leaves a file behind', healed, 'printf "the whole of it"; touch .vox-1.tmp', /left \.vox-1\.tmp behind/],
    ['dies', failing, 'kill -9 $$', /killed by SIGKILL/],
  ] as const)('rejects a command that %s', async (_, fault, line, why) => {
    expect(await judged(fault, line)).toMatch(why);
  });

  it.each([
    ['hangs', 'sleep 4'],
    ['leaves a process behind that has its output', 'printf "the whole of it"; sleep 4 &'],
  ])('rejects a command that %s', async (_, line) => {
    expect(await judged(healed, line, 500)).toMatch(/hung/);
  });
});

it('README says how large the matrix is', () => {
  const all = Object.keys(commands) as CommandName[];
  const cells = faultRows.reduce((sum, row) => sum + dialectNames.length * (row.commands ?? all).length, 0);
  expect(cells).toBeGreaterThanOrEqual(300);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme.replaceAll('\n', ' ')).toContain(
    `${cells} cells of ${faultRows.length} faults × 3 dialects × 5 commands`,
  );
});
