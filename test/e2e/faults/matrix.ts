import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { faultRows, wrongIn } from '../../support/fault-cases.ts';
import { type CommandName, commands, type DialectName, runCell } from '../../support/fault-cells.ts';
import { root } from '../../support/vox.ts';
import { spoken, wavOf } from '../spoken.ts';

const names = Object.keys(commands).filter((name): name is CommandName => Object.hasOwn(commands, name));
/** So many commands at once. */
const atOnce = 5;
const patienceMs = 180_000;

/** A column of the matrix: every fault for every command, in one dialect. What came of it is in test-results. */
export function matrixOf(dialect: DialectName): void {
  const whole = new Map<CommandName, Buffer>();
  const ended: Record<string, Record<string, string>> = {};
  let recording: Buffer;

  beforeAll(async () => {
    recording = wavOf(await spoken(200, 'one two three', 600, 'four five', 600, 'six', 300));
    for (const command of names) {
      const { ended, bytes } = await runCell({ fault: { spec: '' }, dialect, command }, { recording });
      expect(ended, command).toBe('ok');
      expect(bytes.length, command).toBeGreaterThan(20);
      whole.set(command, bytes);
    }
  });

  const rows = faultRows.map((fault) => ({ name: fault.spec, fault }));
  it.each(rows)(
    '$name',
    async ({ fault }) => {
      const wanted = fault.commands ?? names;
      const waiting = [...wanted];
      const wrong: string[] = [];
      const work = async () => {
        for (let command = waiting.shift(); command; command = waiting.shift()) {
          const outcome = await runCell({ fault, dialect, command }, { recording }, whole.get(command));
          const why = wrongIn(outcome, { fault, dialect, command });
          if (why !== undefined) wrong.push(`${command}: ${why}\n${outcome.ran?.stderr}`);
          ended[fault.spec] = { ...ended[fault.spec], [command]: outcome.ended };
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      expect(wrong).toEqual([]);
      expect(Object.keys(ended[fault.spec] ?? {})).toHaveLength(wanted.length);
      mkdirSync(join(root, 'test-results'), { recursive: true });
      writeFileSync(join(root, 'test-results', `faults-${dialect}.json`), JSON.stringify(ended));
    },
    patienceMs,
  );
}
