import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasKoffi } from './pocketsphinx-library.ts';

/** Everything that a decoder is loaded from: full paths. */
export interface PocketsphinxFiles {
  readonly library: string;
  readonly baseLibrary: string;
  /** The folder of the acoustic model. */
  readonly acoustic: string;
  readonly dictionary: string;
  readonly language: string;
}

export interface PocketsphinxFinding {
  readonly library?: string;
  /** The folder of the acoustic model. */
  readonly model?: string;
  /** In words, what is not there; undefined where all is. */
  readonly missing?: string;
  /** Where all is there. */
  readonly files?: PocketsphinxFiles;
}

export interface PocketsphinxPlaces {
  /** A folder with the acoustic model, the dictionary and the language model, or with `en-us` (VOX_POCKETSPHINX_MODEL). */
  readonly modelPath?: string;
  /** Looked for libraries, and for models, instead of the usual places. */
  readonly libraryFolders?: readonly string[];
  readonly modelFolders?: readonly string[];
}

/** Debian's names for the processors that Node runs on. */
const debianNames: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabihf',
  ia32: 'i386-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
};

const usualLibraryFolders = [
  join('/usr/lib', debianNames[process.arch] ?? ''),
  ...['/usr/lib64', '/usr/lib', '/usr/local/lib', '/usr/local/lib64', '/opt/homebrew/lib'],
];

const usualModelFolders = ['/usr', '/usr/local', '/opt/homebrew'].map((root) => `${root}/share/pocketsphinx/model`);

/** Version 3 of the libraries' interface: that of 0.8+5prealpha, which Debian and Homebrew have. */
const fileNameOf = (name: string) => (process.platform === 'darwin' ? `${name}.3.dylib` : `${name}.so.3`);

/** Looks where pocketsphinx and its model are, without loading anything. */
export function findPocketsphinx(places: PocketsphinxPlaces = {}): PocketsphinxFinding {
  const library = findLibrary(places.libraryFolders ?? usualLibraryFolders);
  const folders = places.modelPath === undefined ? (places.modelFolders ?? usualModelFolders) : [places.modelPath];
  const model = folders.map(findModel).find((found) => found !== undefined);
  const missing = [
    ...(library ? [] : [`the library ${fileNameOf('libpocketsphinx')}`]),
    ...(model ? [] : [`an English model in ${folders.join(' or ')}`]),
    ...(hasKoffi() ? [] : ['the npm package koffi']),
  ].join(', ');
  return {
    ...(library && { library: library.library }),
    ...(model && { model: model.acoustic }),
    ...(missing && { missing }),
    ...(library && model && !missing && { files: { ...library, ...model } }),
  };
}

function findLibrary(folders: readonly string[]): Pick<PocketsphinxFiles, 'library' | 'baseLibrary'> | undefined {
  return folders
    .map((folder) => ({
      library: join(folder, fileNameOf('libpocketsphinx')),
      baseLibrary: join(folder, fileNameOf('libsphinxbase')),
    }))
    .find(({ library, baseLibrary }) => existsSync(library) && existsSync(baseLibrary));
}

/**
 * The acoustic model may lie in the folder itself, in its `en-us` or in that one's `en-us` (Debian's layout), the
 * other two files beside it or one folder up.
 */
function findModel(folder: string): Pick<PocketsphinxFiles, 'acoustic' | 'dictionary' | 'language'> | undefined {
  for (const acoustic of [folder, join(folder, 'en-us'), join(folder, 'en-us', 'en-us')]) {
    if (!existsSync(join(acoustic, 'mdef'))) continue;
    for (const beside of [acoustic, dirname(acoustic)]) {
      const names = readdirSync(beside).sort();
      const dictionary = names.find((name) => /\.dict?$/.test(name));
      const language = names.find((name) => /\.lm(\.bin|\.dmp)?$/i.test(name) && !/phone/i.test(name));
      if (dictionary && language) {
        return { acoustic, dictionary: join(beside, dictionary), language: join(beside, language) };
      }
    }
  }
  return undefined;
}
