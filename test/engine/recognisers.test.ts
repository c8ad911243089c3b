import { needs } from '../support/programs.ts';
import { recogniserContract } from './recogniser-contract.ts';
import { pocketsphinxMember, scriptedRecogniserMember } from './recogniser-members.ts';

recogniserContract('scripted', scriptedRecogniserMember);

needs('pocketsphinx_continuous').describe('with pocketsphinx installed', () => {
  recogniserContract('pocketsphinx', pocketsphinxMember);
});
