import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPocketsphinx } from '../../src/engine/pocketsphinx.ts';
import { findPocketsphinx } from '../../src/engine/pocketsphinx-files.ts';
import { needs } from '../support/programs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vox-sphinx-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const ending = process.platform === 'darwin' ? '3.dylib' : 'so.3';
const libraries = [`lib/libpocketsphinx.${ending}`, `lib/libsphinxbase.${ending}`];

function lay(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), '');
  }
}

const find = (modelPath?: string) =>
  findPocketsphinx({
    libraryFolders: [join(root, 'none'), join(root, 'lib')],
    modelFolders: [join(root, 'share/model')],
    ...(modelPath && { modelPath: join(root, modelPath) }),
  });

describe('where pocketsphinx is', () => {
  it("finds Debian's layout", () => {
    lay(...libraries, 'share/model/en-us/en-us/mdef', 'share/model/en-us/cmudict-en-us.dict');
    lay('share/model/en-us/en-us-phone.lm.bin', 'share/model/en-us/en-us.lm.bin');
    expect(find()).toEqual({
      library: join(root, libraries[0] ?? ''),
      model: join(root, 'share/model/en-us/en-us'),
      files: {
        library: join(root, libraries[0] ?? ''),
        baseLibrary: join(root, libraries[1] ?? ''),
        acoustic: join(root, 'share/model/en-us/en-us'),
        dictionary: join(root, 'share/model/en-us/cmudict-en-us.dict'),
        language: join(root, 'share/model/en-us/en-us.lm.bin'),
      },
    });
  });

  it.each(['share/model', 'share/model/en-us'])("takes %s of Debian's layout for the model's folder", (folder) => {
    lay(...libraries, 'share/model/en-us/en-us/mdef', 'share/model/en-us/a.dict', 'share/model/en-us/a.lm.bin');
    expect(find(folder).files?.acoustic).toBe(join(root, 'share/model/en-us/en-us'));
    expect(find(folder).missing).toBe(undefined);
  });

  it('finds a flat folder with names of its own', () => {
    lay(...libraries, 'mine/mdef', 'mine/words.dic', 'mine/small.lm');
    expect(find('mine').files).toMatchObject({
      acoustic: join(root, 'mine'),
      dictionary: join(root, 'mine/words.dic'),
      language: join(root, 'mine/small.lm'),
    });
  });

  it('says what is missing, and still what was found', () => {
    expect(find().missing).toMatch(/libpocketsphinx.*, an English model in .*share.model/);
    expect(find().files).toBe(undefined);
    lay('share/model/en-us/en-us/mdef', 'share/model/en-us/a.dict', 'share/model/en-us/a.lm.bin');
    expect(find()).toEqual({
      model: join(root, 'share/model/en-us/en-us'),
      missing: `the library libpocketsphinx.${ending}`,
    });
    lay(...libraries);
    expect(find('elsewhere').missing).toBe(`an English model in ${join(root, 'elsewhere')}`);
    expect(find().missing).toBe(undefined);
  });

  it('takes no half of a library, and no half of a model', () => {
    lay(libraries[0] ?? '', 'mine/mdef', 'mine/words.dict', 'mine/en-us-phone.lm.bin');
    expect(find('mine')).toEqual({ missing: expect.stringMatching(/^the library .*, an English model/) });
  });

  needs('pocketsphinx_continuous').it('is in the usual places of this machine', () => {
    expect(findPocketsphinx()).toMatchObject({ library: expect.stringContaining('libpocketsphinx') });
    expect(findPocketsphinx().missing).toBe(undefined);
  });
});

describe('what is told before there is a session', () => {
  const places = () => ({ libraryFolders: [join(root, 'lib')], modelFolders: [join(root, 'share/model')] });

  it('is that it is not installed', () => {
    expect(() => checkPocketsphinx(places(), 'de')).toThrow(
      expect.objectContaining({ code: 'E_RECOGNISER', message: expect.stringContaining('missing the library') }),
    );
  });

  it('is a language that it does not have', () => {
    lay(...libraries, 'share/model/en-us/en-us/mdef', 'share/model/en-us/a.dict', 'share/model/en-us/a.lm.bin');
    expect(() => checkPocketsphinx(places(), 'de')).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }));
    for (const language of [undefined, 'en', 'en-GB'])
      expect(() => checkPocketsphinx(places(), language)).not.toThrow();
  });
});
