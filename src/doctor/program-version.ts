import { execFile } from 'node:child_process';
import { childEnv } from '../audio/child-env.ts';
import { SpeechError } from '../errors.ts';
import type { ProgramVersion } from './engines.ts';

/** A version needs no more; longer lines are cut. */
const mostChars = 100;

/** Starts the program without a shell and reads the first line that it prints. Rejects with E_ENGINE. */
export const programVersion: ProgramVersion = (path, argument, signal) =>
  new Promise((resolve, reject) => {
    const child = execFile(path, [argument], { signal, windowsHide: true, env: childEnv() }, (error, stdout) => {
      const [line = ''] = stdout.trim().split('\n');
      if (error) reject(new SpeechError('E_ENGINE', `${path} does not start: ${error.message}`, { cause: error }));
      else resolve(line.slice(0, mostChars));
    });
    child.stdin?.end();
  });
