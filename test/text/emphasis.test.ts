import { describe, expect, it } from 'vitest';
import { Emphasis } from '../../src/text/emphasis.ts';

/** Takes the markup out of a line that has no other. */
function stripped(line: string): string {
  const emphasis = new Emphasis();
  return line.replace(/\*+|_+|~+/g, (run: string, at: number) => {
    const before = [...line.slice(0, at)].at(-1) ?? '';
    const [after = ''] = line.slice(at + run.length);
    return emphasis.role(run, before, after) === 'literal' ? run : '';
  });
}

describe('Emphasis', () => {
  const cases: [line: string, spoken: string][] = [
    ['*a*', 'a'],
    ['_a_', 'a'],
    ['**a** b', 'a b'],
    ['*a b* c', 'a b c'],
    ['a *b*, c', 'a b, c'],
    ['(*a*)', '(a)'],
    ['*(a)*', '(a)'],
    ['"*a*"', '"a"'],
    ['***a** b*', 'a b*'],
    ['*a **b***', 'a b'],
    ['~~a~~', 'a'],
    ['~a~', '~a~'],
    ['a * b', 'a * b'],
    ['a ** b', 'a ** b'],
    ['* a *', '* a *'],
    ['a* b*', 'a* b*'],
    ['*a', 'a'],
    ['*a. B* c* d', 'a. B c* d'],
    ['1*2*3', '1*2*3'],
    ['*1*2*', '1*2'],
    ['a*b*c', 'a*b*c'],
    ['a**b**c', 'a**b**c'],
    ['**a**b', 'ab'],
    ['*a*b', 'ab'],
    ['a_b_c', 'a_b_c'],
    ['_a_b_c_', 'a_b_c'],
    ['__init__', 'init'],
    ['重*点*字', '重点字'],
    ['重_点_字', '重_点_字'],
    ['é**à**é', 'éàé'],
    ['😀*a*😀', '😀a😀'],
    ['5* or 4*', '5* or 4*'],
    ['*', '*'],
    ['**', '**'],
  ];

  it.each(cases)('%j is spoken as %j', (line, spoken) => expect(stripped(line)).toBe(spoken));

  it('forgets nothing within a block, and starts anew in the next', () => {
    const first = new Emphasis();
    expect(first.role('**', '', 'a')).toBe('markup');
    expect(first.role('**', 'a', 'b')).toBe('markup');
    expect(first.role('**', 'a', 'b')).toBe('literal');
    expect(new Emphasis().role('**', 'a', 'b')).toBe('literal');
  });
});
