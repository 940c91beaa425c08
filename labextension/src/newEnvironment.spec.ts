import { describe, expect, it } from 'vitest';

import { isComplete, isLockFile, splitChannels, splitPackages, toRequest } from './newEnvironment';

const EMPTY = { name: '', packages: '', channels: '', file: null };

describe('the form for a new environment', () => {
  it.each([
    ['python pandas', ['python', 'pandas']],
    ['python=3.12\npandas', ['python=3.12', 'pandas']],
    ['numpy >= 1.20, <2 pandas', ['numpy>=1.20,<2', 'pandas']],
    ['numpy,pandas, scipy', ['numpy', 'pandas', 'scipy']],
    ['conda-forge::xtensor ~=0.25', ['conda-forge::xtensor~=0.25']],
    ['numpy!=1.0', ['numpy!=1.0']],
    ['  ', []]
  ])('reads %j', (text, packages) => {
    expect(splitPackages(text)).toEqual(packages);
  });

  it('reads channels', () => {
    expect(splitChannels(' conda-forge, bioconda\n')).toEqual(['conda-forge', 'bioconda']);
  });

  it('knows locks by their names', () => {
    expect(isLockFile('environment.conda-lock.yml')).toBe(true);
    expect(isLockFile('conda-lock.yaml')).toBe(true);
    expect(isLockFile('environment.yml')).toBe(false);
  });

  it('asks for packages, a file or a lock', () => {
    expect(toRequest({ ...EMPTY, name: ' x ', packages: 'python', channels: 'a b' })).toEqual({
      name: 'x',
      packages: ['python'],
      channels: ['a', 'b']
    });
    const file = { name: 'environment.yml', text: 'name: y' };
    expect(toRequest({ ...EMPTY, packages: 'left over', file })).toEqual({ file: 'name: y' });
    const lock = { name: 'conda-lock.yml', text: 'version: 1' };
    expect(toRequest({ ...EMPTY, name: 'z', file: lock })).toEqual({
      name: 'z',
      lock: 'version: 1'
    });
  });

  it('is complete with a name and packages, or with a file that may say the name', () => {
    expect(isComplete(EMPTY)).toBe(false);
    expect(isComplete({ ...EMPTY, name: 'x' })).toBe(false);
    expect(isComplete({ ...EMPTY, name: 'x', packages: 'python' })).toBe(true);
    expect(isComplete({ ...EMPTY, file: { name: 'environment.yml', text: '' } })).toBe(true);
    expect(isComplete({ ...EMPTY, file: { name: 'conda-lock.yml', text: '' } })).toBe(false);
  });
});
