import { describe, expect, it } from 'vitest';
import { expectCounted } from '../../support/counted.ts';
import { commandsFor, type FaultRow, faultRows, wrongIn } from '../../support/fault-cases.ts';
import { type CommandName, commandNames, dialectNames, runCell, type Starter } from '../../support/fault-cells.ts';
import { run } from '../../support/vox.ts';

const whole = Buffer.from('the whole of it');
const healed: FaultRow = { spec: 'unknown@2', speak: 'ok', listen: 'ok' };
const warning: FaultRow = { ...healed, warns: 'unknown_message' };
const failing: FaultRow = { spec: 'close=1011@3', speak: 'E_PROVIDER', listen: 'E_PROVIDER' };

const keeping: FaultRow = { ...failing, keeps: true };
const spoilt: FaultRow = { ...healed, spoils: ['slng'] };

/** A command that is nothing but a line of shell. */
const shell =
  (line: string): Starter =>
  (_, options) =>
    run('sh', ['-c', line], options);

async function judged(fault: FaultRow, line: string, withinMs?: number, command: CommandName = 'synth to a pipe') {
  const cell = { fault, dialect: 'slng', command } as const;
  const means = { recording: whole, start: shell(line), ...(withinMs !== undefined && { withinMs }) };
  // What stands in for the command never met the server.
  return wrongIn({ ...(await runCell(cell, means, whole)), acted: true }, cell);
}

const said = (code: string) => `echo 'vox: it broke [${code}]' >&2`;

describe('the judge of the matrix', () => {
  it('takes what is healed, and what fails aloud and keeps what came', async () => {
    expect(await judged(healed, 'printf "the whole of it"')).toBeUndefined();
    const warned = 'echo "vox: warning: what is it? [unknown_message]" >&2';
    expect(await judged(warning, `printf "the whole of it"; ${warned}`)).toBeUndefined();
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
    ['heals in silence what it must tell', warning, 'printf "the whole of it"', /did not warn of unknown_message/],
    [
      'lives on by a timer',
      healed,
      'node -e \'process.off("beforeExit", () => {}); setTimeout(() => {}, 1500)\'; printf "the whole of it"',
      /held on to: .*Timeout/,
    ],
    [
      'lives on by a socket',
      healed,
      `node -e 'const server = require("net").createServer().listen(0, () => process.off("beforeExit", () => {}));
        setTimeout(() => server.close(), 1500).unref()'; printf "the whole of it"`,
      /held on to: .*TCPServerWrap/,
    ],
    [
      'lives on by a child process',
      healed,
      `node -e 'require("child_process").spawn("sleep", ["1.5"]); process.off("beforeExit", () => {})'`,
      /held on to: .*ProcessWrap/,
    ],
    [
      'lives on by a worker',
      healed,
      `node -e 'new (require("worker_threads").Worker)("setTimeout(() => {}, 1500)", { eval: true });
        process.off("beforeExit", () => {})'`,
      /held on to: /,
    ],
    [
      'leaves a process behind that has none of its output',
      healed,
      'printf "the whole of it"; sleep 2 > /dev/null 2>&1 &',
      /left a process behind/,
    ],
    ['says the key', healed, 'printf "%s" "$SLNG_API_KEY"', /left the key behind/],
    ['throws away what came', keeping, `${said('E_PROVIDER')}; exit 5`, /E_PROVIDER, and nothing is left/],
    ['says nothing where the service spoils its sound', spoilt, 'true', /ok, and nothing is left/],
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

  it.each([
    ['leaves half of a file under its final name', failing, `printf "the" > out.pcm; ${said('E_PROVIDER')}; exit 5`],
    ['heals, and leaves it under the name of a half', healed, 'printf "the whole of it" > out.partial.pcm'],
  ] as const)('rejects a synth that %s', async (_, fault, line) => {
    expect(await judged(fault, line, undefined, 'synth to a file')).toMatch(/left out.* behind/);
  });

  it('rejects a cell whose fault never acted', async () => {
    const cell = { fault: healed, dialect: 'slng', command: 'synth to a pipe' } as const;
    const outcome = await runCell(cell, { recording: whole, start: shell('printf "the whole of it"') }, whole);
    expect(wrongIn(outcome, cell)).toBe('the fault never acted');
  });

  it.each([
    [
      'reconnects and tells nobody',
      `echo '{"runs":[{"ok":true,"bytes":9}]}' > report.json`,
      /ended with ok, not E_CLOSED/,
    ],
    [
      'has no row of a run that failed',
      `echo '{"runs":[]}' > report.json; ${said('E_CLOSED')}; exit 4`,
      /other is left/,
    ],
  ])('rejects a bench that %s', async (_, line, why) => {
    const fault: FaultRow = { ...healed, spec: 'cut@3x1', measured: 'E_CLOSED' };
    expect(await judged(fault, line, undefined, 'bench tts')).toMatch(why);
  });
});

it('README says how large the matrix is', () => {
  const cells = faultRows.reduce(
    (sum, fault) => sum + dialectNames.reduce((own, dialect) => own + commandsFor(fault, dialect).length, 0),
    0,
  );
  expect(cells).toBeGreaterThanOrEqual(300);
  const [faults, dialects, names] = [faultRows.length, dialectNames.length, commandNames.length];
  const place = /()(\d+ cells: \d+ faults, in up to \d+ dialects, by up to \d+ commands)()/;
  const size = `${cells} cells: ${faults} faults, in up to ${dialects} dialects, by up to ${names} commands`;
  expectCounted('README.md', place, size);
});
