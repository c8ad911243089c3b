import { type Command, CommanderError } from 'commander';
import { systemClock } from '../clock.ts';
import { errorTable, SpeechError, toSpeechError } from '../errors.ts';
import { type Io, processIo } from './io.ts';
import { complaint, createProgram } from './program.ts';

/** Runs one command line; resolves with the exit code, whatever happens. `quit` ends the process at once. */
export async function main(argv: readonly string[], quit: (exitCode: number) => void): Promise<number> {
  const io = processIo(quit);
  // Whoever reads no further need not be told; a command that minds looks for itself.
  for (const stream of [io.stdout, io.stderr]) stream.on('error', () => {});
  let exitCode = 0;
  const program = createProgram(io, {
    io,
    clock: systemClock,
    exit: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync(withCommand(program, argv, io), { from: 'user' });
  } catch (thrown) {
    // Help and version end this way too, with 0; commander has printed whatever there was to say.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : errorTable.E_USAGE.exit;
    const { message, code, todo, exitCode: failed } = toSpeechError(thrown);
    io.stderr.write(complaint(message, code, todo));
    return failed;
  }
  return exitCode;
}

/** What nobody caught is a fault of ours. Said like any other error; answers with the exit code. */
export function unexpected(thrown: unknown): number {
  const { message, code, todo, exitCode } = toSpeechError(thrown);
  process.stderr.write(complaint(message, code, todo));
  return exitCode;
}

/**
 * `vox "two words"` and `… | vox` mean `vox say`. One unknown word does not: a typo of a command must not be spoken,
 * since that may cost money.
 */
function withCommand(program: Command, argv: readonly string[], io: Io): string[] {
  const known = new Set(['help', ...program.commands.map((command) => command.name())]);
  const [first] = argv;
  if (first !== undefined && (known.has(first) || /^(-h|--help|-V|--version)$/.test(first))) return [...argv];
  const say = program.commands.find((command) => command.name() === 'say');
  if (!say) return [...argv];
  if (first === undefined) return io.stdin.isTTY ? ['--help'] : ['say'];
  // Looked at here, and parsed again when it runs: what is saved now is what that begins with.
  say.saveStateBeforeParse();
  const [word] = say.parseOptions([...argv]).operands;
  if (word === undefined || /\s/.test(word)) return ['say', ...argv];
  if (known.has(word)) {
    throw new SpeechError('E_USAGE', `options stand before the command '${word}'`, {
      todo: `write the command first: vox ${word} …`,
    });
  }
  throw new SpeechError('E_USAGE', `unknown command '${word}'${suggestion(word, known)}`, {
    todo: `see \`vox --help\`; to speak one word: vox say ${word}`,
  });
}

function suggestion(word: string, known: ReadonlySet<string>): string {
  const near = [...known].map((name) => ({ name, steps: editSteps(word, name) })).sort((a, b) => a.steps - b.steps)[0];
  return near && near.steps <= 2 ? ` (did you mean '${near.name}'?)` : '';
}

/** Levenshtein's distance: how many letters must change to make one word of the other. */
function editSteps(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
