import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { BenchDocument, RunRow } from '../../../src/bench/document.ts';
import { scratch, vox } from '../../support/vox.ts';
import type { ExactServer } from './record.ts';

/** How long one command may take: this machine may be slow, and what is measured is not how fast it is. */
export const withinMs = 110_000;

/** The real command: its document. */
export async function bench(args: readonly string[], env: Record<string, string> = {}): Promise<BenchDocument> {
  const folder = scratch();
  try {
    const path = join(folder.path, 'report.json');
    const { code, stderr } = await vox(['bench', ...args, '-o', path], { withinMs, env });
    expect(code, stderr).toBe(0);
    return JSON.parse(readFileSync(path, 'utf8'));
  } finally {
    folder.remove();
  }
}

/** Each run that counts, with what the server wrote of its session. A third may have been spoiled by this machine. */
export async function counted<Session extends { readonly requestId: string }>(
  { runs }: BenchDocument,
  server: ExactServer<Session>,
): Promise<{ row: RunRow; session: Session }[]> {
  const sessions = new Map((await server.record()).map((session) => [session.requestId, session]));
  expect(runs.filter(({ ok }) => !ok).map(({ error }) => error?.message)).toEqual([]);
  const valid = runs.filter(({ invalid }) => invalid === undefined);
  const spoiled = new Set(runs.map(({ invalid }) => invalid));
  expect(valid.length, [...spoiled].join('; ')).toBeGreaterThan((runs.length * 2) / 3);
  return valid.map((row) => {
    const session = sessions.get(row.requestId ?? '');
    if (session === undefined) throw new Error(`the server knows no ${row.requestId}`);
    return { row, session };
  });
}
