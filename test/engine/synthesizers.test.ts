import { needs } from '../support/programs.ts';
import { synthesizerContract } from './contract.ts';
import { espeakMember, fliteMember, scriptedMember } from './members.ts';

synthesizerContract('flite', fliteMember);
synthesizerContract('scripted', scriptedMember);
needs('espeak-ng').describe('with the program espeak-ng', () => synthesizerContract('espeak-ng', espeakMember));
