import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is started without a shell: on Windows no `.cmd` and no `.bat`, which only a shell can run. */
const endings = process.platform === 'win32' ? ['.exe', ''] : [''];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The full path of a program on the PATH, found without a shell; undefined where there is none. */
export function findProgram(name: string, searchPath = process.env.PATH ?? ''): string | undefined {
  for (const directory of searchPath.split(delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const path = join(directory, name + ending);
      if (isProgram(path)) return path;
    }
  }
  return undefined;
}
