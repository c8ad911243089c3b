import { beforeAll, expect, it } from 'vitest';
import { expectCounted } from '../../support/counted.ts';
import { commandsFor, endOf, faultRows, wrongIn } from '../../support/fault-cases.ts';
import { type CommandName, commandNames, type DialectName, runCell } from '../../support/fault-cells.ts';
import { spoken, wavOf } from '../spoken.ts';

/** So many commands at once. */
const atOnce = 5;
const patienceMs = 180_000;
/** README names what writes its counts; at the same time, files would overwrite what another one wrote. */
const command = 'VOX_WRITE_COUNTS=1 npx vitest run --no-file-parallelism test/e2e/faults';

/** How many cells ended as they must: healed, or with an error said aloud. */
const counts = { cells: 0, healed: 0, aloud: 0 };

/** A column of the matrix: every fault for every command, in one dialect. README has what came of it. */
export function matrixOf(dialect: DialectName): void {
  const whole = new Map<CommandName, Buffer>();
  let recording: Buffer;

  beforeAll(async () => {
    recording = wavOf(
      await spoken(200, 'one two three', 600, 'four five', 600, 'six seven eight nine ten eleven twelve', 300),
    );
    for (const command of commandNames) {
      const { ended, bytes } = await runCell({ fault: { spec: '' }, dialect, command }, { recording });
      expect(ended, command).toBe('ok');
      expect(bytes.length, command).toBeGreaterThan(20);
      whole.set(command, bytes);
    }
  });

  const rows = faultRows
    .filter((fault) => commandsFor(fault, dialect).length > 0)
    .map((fault) => ({ name: fault.spec, fault }));
  it.each(rows)(
    '$name',
    async ({ fault }) => {
      const waiting = [...commandsFor(fault, dialect)];
      const wrong: string[] = [];
      const work = async () => {
        for (let command = waiting.shift(); command; command = waiting.shift()) {
          const { soundArgs } = fault;
          const undisturbed =
            soundArgs && (await runCell({ fault: { spec: '', soundArgs }, dialect, command }, { recording }));
          const wanted = undisturbed?.bytes ?? whole.get(command);
          const outcome = await runCell({ fault, dialect, command }, { recording }, wanted);
          const judged = { fault, dialect, command };
          const why = wrongIn(outcome, judged);
          if (why !== undefined) wrong.push(`${command}: ${why}\n${outcome.stderr}`);
          else count(endOf(judged));
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      expect(wrong).toEqual([]);
    },
    patienceMs,
  );

  it('README has what came of it', () => {
    const { cells, healed, aloud } = counts;
    expect(cells).toBe(faultRows.reduce((sum, fault) => sum + commandsFor(fault, dialect).length, 0));
    const place = new RegExp(`(<!-- ${command} -->[\\s\\S]*?\\n\\| ${dialect} )(\\|.*\\|)(\\n)`);
    expectCounted('README.md', place, `| ${cells} | ${healed} | ${aloud} |`);
  });
}

function count(end: string): void {
  counts.cells++;
  if (end === 'ok') counts.healed++;
  else counts.aloud++;
}
