import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { runCommand } from '../../src/cli/running.ts';
import { ManualClock } from '../support/manual-clock.ts';

function context() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const io = { stdin, stdout, stderr, env: {}, onStop: () => () => {}, onKeys: () => undefined, quit: () => {} };
  const codes: number[] = [];
  return { codes, context: { io, clock: new ManualClock(), exit: (code: number) => void codes.push(code) } };
}

it('lets as many wait for the end of a command as --jobs allows, without a warning of Node', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => void warnings.push(name);
  process.on('warning', onWarning);
  const { codes, context: made } = context();
  await runCommand(made, { debug: [] }, async ({ signal }) => {
    for (let job = 0; job < 64; job++) signal.addEventListener('abort', () => {});
    // Warnings are told in a tick of their own.
    await new Promise((resolve) => process.nextTick(resolve));
    return 7;
  });
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
  expect(codes).toEqual([7]);
});
