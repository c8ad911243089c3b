import { type Paint, plainPaint } from './paint.ts';
import { type Cell, textTable } from './table.ts';
import { jsonLine } from './visible.ts';
import type { ListOptions } from './voices-table.ts';

type Status = 'ok' | 'warn' | 'fail' | 'skip';

/** What `vox doctor` found, as far as a table shows it. */
export interface DoctorView {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly status: Status;
    readonly detail: string;
    readonly todo?: string;
  }[];
}

const brushes: Record<Status, keyof Paint> = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' };

/** The table of `vox doctor`, its counts below; one JSON object; or (quiet) only what is not as it should be. */
export function doctorTable(result: DoctorView, options: ListOptions = {}): string {
  const { mode = 'human', paint = plainPaint } = options;
  if (mode === 'json') return jsonLine({ event: 'doctor', ...result });
  const troubled = result.checks.filter(({ status }) => status === 'warn' || status === 'fail');
  const shown = mode === 'quiet' ? troubled : result.checks;
  const rows = shown.flatMap(({ name, status, detail, todo }): Cell[][] => [
    [{ text: status, paint: paint[brushes[status]] }, name, detail],
    ...(todo === undefined ? [] : [['', '', { text: `→ ${todo}`, paint: paint.dim }]]),
  ]);
  const table = textTable(rows, options);
  return mode === 'quiet' ? table : `${table}\n${counts(result)}\n`;
}

function counts({ checks }: DoctorView): string {
  const statuses: Status[] = ['ok', 'warn', 'fail', 'skip'];
  return statuses.map((status) => `${checks.filter((check) => check.status === status).length} ${status}`).join(', ');
}
