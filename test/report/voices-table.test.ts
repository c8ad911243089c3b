import { describe, expect, it } from 'vitest';
import { plainPaint } from '../../src/report/paint.ts';
import { voicesTable } from '../../src/report/voices-table.ts';

const voices = [
  { id: 'slt', language: 'en-US', gender: 'female', description: 'clear, the default' },
  { id: 'awb', language: 'en-GB', gender: 'male', description: 'Scottish' },
  { id: 'es', language: 'es', description: 'espeak-ng' },
];

describe('voicesTable', () => {
  it('lists voices in columns under a heading', () => {
    expect(voicesTable(voices)).toBe(
      [
        'voice  language  gender  description',
        'slt    en-US     female  clear, the default',
        'awb    en-GB     male    Scottish',
        'es     es                espeak-ng',
        '',
      ].join('\n'),
    );
  });

  it('has a column for the models where there are several', () => {
    const catalog = [
      { id: 'thalia', language: 'en', model: 'slng/deepgram/aura:2-en', description: 'Thalia' },
      voices[2],
    ];
    const lines = voicesTable(catalog.filter((voice) => voice !== undefined)).split('\n');
    expect(lines[0]).toBe('voice   language  gender  model                    description');
    expect(lines[1]).toBe('thalia  en                slng/deepgram/aura:2-en  Thalia');
    expect(lines[2]).toBe('es      es                                         espeak-ng');
  });

  it('is one object a line as JSON, always with the same keys and no others', () => {
    const noisy = voices.map((voice) => ({ ...voice, secret: 'no' }));
    const lines = voicesTable(noisy, { mode: 'json' }).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        event: 'voice',
        id: 'slt',
        language: 'en-US',
        gender: 'female',
        model: null,
        description: 'clear, the default',
      },
      { event: 'voice', id: 'awb', language: 'en-GB', gender: 'male', model: null, description: 'Scottish' },
      { event: 'voice', id: 'es', language: 'es', gender: null, model: null, description: 'espeak-ng' },
    ]);
  });

  it('is the ids alone in quiet mode', () => {
    expect(voicesTable(voices, { mode: 'quiet' })).toBe('slt\nawb\nes\n');
    expect(voicesTable([{ id: 'a\x1bb', language: 'en', description: '' }], { mode: 'quiet' })).toBe('a\\x1bb\n');
  });

  it('paints the heading, and wraps descriptions to the terminal', () => {
    const paint = { ...plainPaint, dim: (text: string) => `<${text}>` };
    const long = [
      { id: 'slt', language: 'en-US', gender: 'female', description: 'clear and calm, good for long texts' },
    ];
    expect(voicesTable(long, { paint, columns: 48 })).toBe(
      [
        '<voice>  <language>  <gender>  <description>',
        'slt    en-US     female  clear and calm, good',
        '                         for long texts',
        '',
      ].join('\n'),
    );
  });
});
