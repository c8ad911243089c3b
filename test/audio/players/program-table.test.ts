import { describe, expect, it } from 'vitest';
import type { PlayerProgram } from '../../../src/audio/players/program-table.ts';
import { playerPrograms } from '../../../src/audio/players/program-table.ts';

function row(name: string): PlayerProgram {
  const found = playerPrograms.find((program) => program.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

it('has the programs in the order in which they are tried', () => {
  expect(playerPrograms.map((program) => program.name)).toEqual(['pw-play', 'paplay', 'aplay', 'ffplay', 'play']);
});

describe.each(playerPrograms)('$name', (program) => {
  it('is told the rate', () => {
    expect(program.argv(22050, undefined, '').join(' ')).toMatch(/\b22050\b/);
  });

  it('is told the device where it can pick one, in one argument that no shell reads', () => {
    const device = 'hw:1,0; rm -rf *';
    const named = program.argv(8000, device, '').filter((argument) => argument.includes(device));
    expect(named).toHaveLength(program.picksDevice ? 1 : 0);
  });
});

describe('pw-play', () => {
  const program = row('pw-play');
  it.each([
    { version: '0.3.48', bytes: 28 },
    { version: '0.3.65', bytes: 28 },
    { version: '0.3.66', bytes: 0 },
    { version: '1.0.5', bytes: 0 },
    { version: '1.4.9', bytes: 0 },
  ])('of PipeWire $version gets a header of $bytes bytes', ({ version, bytes }) => {
    expect(program.header?.(16000, `pw-play\nCompiled with libpipewire ${version}`)).toHaveLength(bytes);
  });

  it('is told that the samples are raw where it knows the word', () => {
    expect(program.argv(16000, undefined, '-a, --raw   RAW mode')).toContain('--raw');
    expect(program.argv(16000, undefined, '-q --quality')).not.toContain('--raw');
  });

  it('reads in its header: little-endian, 16 bit, mono, at the rate, of unknown length', () => {
    const header = Buffer.from(program.header?.(16000, 'libpipewire 0.3.65') ?? []);
    expect(header.toString('latin1', 0, 4)).toBe('dns.');
    expect([4, 8, 12, 16, 20].map((at) => header.readUInt32LE(at))).toEqual([28, 0xffffffff, 3, 16000, 1]);
  });
});
