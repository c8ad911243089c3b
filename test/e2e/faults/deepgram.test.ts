import { describe } from 'vitest';
import { matrixOf } from './matrix.ts';

describe('faults × commands, in the dialect of deepgram', () => matrixOf('deepgram'));
