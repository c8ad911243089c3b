import { describe, expect, it } from 'vitest';
import { parseVoices, voiceFor } from '../../src/engine/espeak-voices.ts';

/** Lines of eSpeak NG 1.51. */
const listing = `Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  chr-US-Qaaa-x-west --/M      Cherokee_          iro/chr
 5  cmn             --/M      Chinese_(Mandarin,_latin_as_English) sit/cmn              (zh-cmn 5)(zh 5)
 5  de              --/M      German             gmw/de
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 5  es              --/M      Spanish_(Spain)    roa/es
 5  es-419          --/M      Spanish_(Latin_America) roa/es-419           (es-mx 6)(es 6)
 5  fr-be           --/M      French_(Belgium)   roa/fr-BE            (fr 8)
 5  fr-fr           --/F      French_(France)    roa/fr               (fr 5)
 5  nb              --/M      Norwegian_Bokmål   gmq/nb               (no 5)
 5  vi-vn-x-south   --/M      Vietnamese_(Southern) aav/vi-VN-x-south
 5  xx              --/-      Nobody             x/xx
 5  yue             --/M      Chinese_(Cantonese) sit/yue              (zh-yue 5)(zh 8)
 5  yue             --/M      Chinese_(Cantonese,_latin_as_Jyutping) sit/yue-Latn-jyutping (zh-yue 5)(zh 8)
`;

const voices = parseVoices(listing);

describe("espeak-ng's list of voices", () => {
  it('is read without English, each tag once', () => {
    expect(voices.map(({ id }) => id)).toEqual([
      'chr-US-Qaaa-x-west',
      'cmn',
      'de',
      'es',
      'es-419',
      'fr-be',
      'fr-fr',
      'nb',
      'vi-vn-x-south',
      'xx',
      'yue',
    ]);
  });

  it('gives names, genders and other tags', () => {
    expect(voices.find(({ id }) => id === 'fr-fr')).toEqual({
      id: 'fr-fr',
      language: 'fr-fr',
      gender: 'female',
      description: 'eSpeak NG, French (France)',
      aliases: ['fr'],
    });
    expect(voices.find(({ id }) => id === 'xx')).not.toHaveProperty('gender');
    expect(voices.find(({ id }) => id === 'cmn')?.aliases).toEqual(['zh-cmn', 'zh']);
  });

  it('is empty where there is nothing to read', () => {
    expect(parseVoices('')).toEqual([]);
    expect(parseVoices('espeak-ng: error while loading\n')).toEqual([]);
  });
});

describe('the voice for a language', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE_ch', 'de'],
    ['fr', 'fr-fr'],
    ['fr-BE', 'fr-be'],
    ['fr-CA', 'fr-fr'],
    ['es-MX', 'es-419'],
    ['es-AR', 'es'],
    ['zh', 'cmn'],
    ['zh-CN', 'cmn'],
    ['zh-yue', 'yue'],
    ['no', 'nb'],
    ['vi', 'vi-vn-x-south'],
    ['chr', 'chr-US-Qaaa-x-west'],
  ])('%s is %s', (language, id) => {
    expect(voiceFor(language, voices)?.id).toBe(id);
  });

  it.each(['qqq', 'en', 'd', ''])('%j is none', (language) => {
    expect(voiceFor(language, voices)).toBeUndefined();
  });
});
