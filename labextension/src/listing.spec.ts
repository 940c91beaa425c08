import { describe, expect, it } from 'vitest';

import type { Held } from './listing';
import { asked, holds, listed, splitTags } from './listing';
import { interpreter, shellCommand } from './places';
import { anEnvironment } from './testing/server';

const ITEMS = [
  anEnvironment({ name: 'birds', size: { own: 1, shared: 0 }, last_used: '2026-03-01T00:00:00Z' }),
  anEnvironment({ name: 'ants', size: { own: 2, shared: 0 }, note: 'Figures <b>2026</b>' }),
  anEnvironment({ name: 'cats', tags: ['Geo', 'ice core'], last_used: '2026-04-01T00:00:00Z' }),
  anEnvironment({ name: 'a-base', foreign: true, kind: 'conda', source: 'miniconda3' })
];
const names = (filter: string, sort: 'name' | 'used' | 'size' = 'name') =>
  listed(ITEMS, filter, sort).map(item => item.name);

describe('the list', () => {
  it('is sorted by name, last use or size, with other tools’ environments behind ours', () => {
    expect(names('')).toEqual(['ants', 'birds', 'cats', 'a-base']);
    expect(names('', 'used')).toEqual(['cats', 'birds', 'ants', 'a-base']);
    expect(names('', 'size')).toEqual(['cats', 'ants', 'birds', 'a-base']);
  });

  it('is filtered by every word in name, note, tags or source', () => {
    expect(names('an')).toEqual(['ants']);
    expect(names('FIGURES 2026')).toEqual(['ants']);
    expect(names('ice ca')).toEqual(['cats']);
    expect(names('#geo')).toEqual(['cats']);
    expect(names('#ge')).toEqual([]);
    expect(names('miniconda')).toEqual(['a-base']);
    expect(names('  ')).toHaveLength(4);
  });

  it('leaves what it was given as it was', () => {
    listed(ITEMS, '', 'name');
    expect(ITEMS[0].name).toBe('birds');
  });
});

describe('the list, by packages', () => {
  const numpy = { count: 1, packages: [{ name: 'numpy', version: '1.26.4' }] };
  const pandas = { count: 1, packages: [{ name: 'pandas', version: '' }] };
  const KNOWN: Record<string, Record<string, typeof numpy> | undefined> = {
    numpy: { cats: numpy, 'a-base': numpy },
    'numpy 1.26': { cats: numpy },
    pandas: { cats: pandas, birds: pandas },
    an: { birds: pandas, ants: numpy }
  };
  const held: Held = (text, environment) => KNOWN[text]?.[environment];
  const found = (filter: string) => listed(ITEMS, filter, 'name', held).map(item => item.name);

  it('asks for each word that may be a package, and for it with the version behind it', () => {
    expect(asked('Numpy 1.26 geo')).toEqual(['numpy', 'numpy 1.26', 'geo']);
    expect(asked('numpy<2 pandas >= 2')).toEqual(['numpy<2', 'pandas>=2']);
    expect(asked('numpy<')).toEqual(['numpy']);
    expect(asked('1.26 #geo n <b> 2')).toEqual([]);
  });

  it('has those that hold what is named, with what they hold', () => {
    expect(found('numpy')).toEqual(['cats', 'a-base']);
    expect(found('numpy 1.26')).toEqual(['cats']);
    expect(found('numpy pandas')).toEqual(['cats']);
    expect(found('geo numpy')).toEqual(['cats']);
    expect(found('numpy 2')).toEqual([]);
    expect(holds(ITEMS[2], 'numpy 1.26 pandas', held)).toBe('numpy 1.26.4, pandas');
    expect(holds(ITEMS[3], 'numpy', held)).toBe('numpy 1.26.4');
    expect(holds(ITEMS[0], 'numpy', held)).toBe('');
  });

  it('puts those of which the words are said before those that only hold them', () => {
    expect(found('an')).toEqual(['ants', 'birds']);
    expect(found('a')).toEqual(['ants', 'cats', 'a-base']);
  });
});

describe('tags', () => {
  it('are separated by commas, each once, with or without a mark', () => {
    expect(splitTags(' geo, #ice core,,geo ')).toEqual(['geo', 'ice core']);
    expect(splitTags('')).toEqual([]);
  });
});

describe('the place of an environment', () => {
  it('is said to a shell as nothing but a name', () => {
    expect(shellCommand('my-env_1.2')).toBe('jupyter envs shell "my-env_1.2"');
    for (const name of ['a;b', '$(x)', 'a b', '-x', '', 'a"', 'a\n']) {
      expect(() => shellCommand(name)).toThrow('cannot be given');
    }
  });

  it('has an interpreter where that is known', () => {
    expect(interpreter(anEnvironment())).toBe('/envs/penguins/g/1/bin/python');
    expect(interpreter(anEnvironment({ prefix: 'C:\\e' }))).toBe('C:\\e\\python.exe');
    expect(interpreter(anEnvironment({ python: null, language: 'R' }))).toMatch(/bin\/R$/);
    expect(interpreter(anEnvironment({ python: null, language: 'Julia' }))).toBeNull();
    expect(interpreter(undefined)).toBeNull();
  });
});
