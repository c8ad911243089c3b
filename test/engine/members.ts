import { systemClock } from '../../src/clock.ts';
import { createEspeakEngine } from '../../src/engine/espeak.ts';
import { createFliteEngine } from '../../src/engine/flite.ts';
import { createScriptedEngine } from '../../src/engine/scripted.ts';
import { noLog } from '../../src/log.ts';
import type { Member } from './contract.ts';

const english = {
  language: 'en',
  otherLanguage: 'de',
  texts: ['when the rain had stopped in the evening,', 'Fifty thieves have hidden her photograph.', 'Who said that?'],
  long: 'The committee decided to postpone the vote until the report on the bridge had been read by everyone. '.repeat(
    3,
  ),
} as const;

export const fliteMember: Member = {
  ...english,
  make: () => createFliteEngine({ clock: systemClock, log: noLog }),
  voice: 'slt',
};

export const scriptedMember: Member = { ...english, make: () => createScriptedEngine(), voice: 'scripted' };

export const espeakMember: Member = {
  make: () => createEspeakEngine(),
  voice: 'de',
  language: 'de',
  otherLanguage: 'qqq',
  texts: ['als der Regen am Abend aufgehört hatte,', 'Fünfzig Fische schwammen vorbei.', 'Wer hat das gesagt?'],
  long: 'Der Ausschuss hat beschlossen, die Abstimmung zu verschieben, bis alle den Bericht gelesen haben. '.repeat(3),
};
