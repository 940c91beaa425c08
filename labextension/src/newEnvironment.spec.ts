import { describe, expect, it } from 'vitest';

import {
  allPackages,
  completed,
  EMPTY,
  isComplete,
  isLockFile,
  isSource,
  needsName,
  proposedName,
  splitChannels,
  splitPackages,
  toRequest,
  wordAtEnd
} from './newEnvironment';

describe('the form for a new environment', () => {
  it.each([
    ['python pandas', ['python', 'pandas']],
    ['python=3.12\npandas', ['python=3.12', 'pandas']],
    ['numpy >= 1.20, <2 pandas', ['numpy>=1.20,<2', 'pandas']],
    ['numpy,pandas, scipy', ['numpy', 'pandas', 'scipy']],
    ['conda-forge::xtensor ~=0.25', ['conda-forge::xtensor~=0.25']],
    ['numpy!=1.0', ['numpy!=1.0']],
    ['pandas[excel,plot]>=2,<3, scipy', ['pandas[excel,plot]>=2,<3', 'scipy']],
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
      engine: 'conda',
      channels: ['a', 'b']
    });
    const file = { name: 'environment.yml', text: 'name: y' };
    expect(toRequest({ ...EMPTY, packages: 'left over', file })).toEqual({
      file: 'name: y',
      filename: 'environment.yml'
    });
    const lock = { name: 'conda-lock.yml', text: 'version: 1' };
    expect(toRequest({ ...EMPTY, name: 'z', file: lock })).toEqual({
      name: 'z',
      lock: 'version: 1'
    });
  });

  it('asks PyPI for all of its packages, and for none of a channel', () => {
    const form = { ...EMPTY, name: 'x', packages: 'pandas>=2\npip:tqdm', channels: 'left-over' };
    expect(toRequest({ ...form, engine: 'pypi' })).toEqual({
      name: 'x',
      packages: ['pandas>=2', 'tqdm'],
      engine: 'pypi'
    });
  });

  it.each([
    ['pan', 'pan'],
    ['python pan', 'pan'],
    ['numpy,pan', 'pan'],
    ['numpy=1', ''],
    ['numpy >= 1', ''],
    ['numpy ', ''],
    ['conda-forge::x', ''],
    ['pip:foo', ''],
    ['', '']
  ])('looks for the word at the end of %j', (typed, word) => {
    expect(wordAtEnd(typed)).toBe(word);
  });

  it('makes the word at the end whole', () => {
    expect(completed('python pan', 'pandas')).toBe('python pandas');
    expect(allPackages({ packages: 'python\nnumpy', typed: 'pan' })).toEqual([
      'python',
      'numpy',
      'pan'
    ]);
  });

  it.each([
    ['environment.yml', true],
    ['my-environment.yaml', true],
    ['environment-dev.yml', true],
    ['analysis.conda-lock.yml', true],
    ['requirements-dev.txt', true],
    ['pixi.toml', true],
    ['pixi.lock', true],
    ['pyproject.toml', true],
    ['docker-compose.yml', false],
    ['notes.txt', false],
    ['data.csv', false]
  ])('knows by the name whether %s describes an environment: %s', (name, is) => {
    expect(isSource(name)).toBe(is);
  });

  it('proposes names that environments can have', () => {
    expect(proposedName('My first Analysis (2).ipynb')).toBe('my-first-analysis-2');
    expect(proposedName('Überblick.ipynb')).toMatch(/^[a-z0-9]/);
    expect(proposedName('.ipynb')).toBe('');
  });

  it('puts what is from PyPI into a pip section', () => {
    const form = { ...EMPTY, name: 'x', packages: 'python\npip: foo >= 1', channels: 'a' };
    expect(toRequest(form).file).toBe(
      'channels:\n  - "a"\ndependencies:\n  - "python"\n  - "pip"\n  - pip:\n      - "foo>=1"\n'
    );
  });

  it('leaves files of Python packages alone to the server, with their place', () => {
    const file = { name: 'requirements.txt', text: 'foo # a\n' };
    expect(needsName({ file })).toBe(true);
    expect(toRequest({ ...EMPTY, name: 'x', file })).toEqual({
      name: 'x',
      file: 'foo # a\n',
      filename: 'requirements.txt'
    });
    const served = { ...file, path: 'a/requirements.txt' };
    expect(toRequest({ ...EMPTY, name: 'x', file: served }).filename).toBe('a/requirements.txt');
  });

  it('sends of a notebook its code alone', () => {
    const cells = [
      { cell_type: 'markdown', source: 'a' },
      { cell_type: 'code', source: ['# /// script\n'], metadata: {}, outputs: [{ data: 'large' }] }
    ];
    const file = {
      name: 'a.ipynb',
      path: 'b/a.ipynb',
      text: JSON.stringify({ cells, metadata: {} })
    };
    expect(needsName({ file })).toBe(true);
    const request = toRequest({ ...EMPTY, name: 'x', file });
    expect(request.filename).toBe('b/a.ipynb');
    expect(JSON.parse(request.file ?? '')).toEqual({
      cells: [{ cell_type: 'code', source: ['# /// script\n'] }]
    });
  });

  it.each([
    ['Pipfile', true],
    ['Pipfile.lock', true],
    ['pylock.toml', true],
    ['pylock.dev.toml', true],
    ['requirements.in', true],
    ['pyproject.toml', false]
  ])('knows whether %s needs a name: %s', (name, needed) => {
    expect(isSource(name)).toBe(true);
    expect(needsName({ file: { name, text: '' } })).toBe(needed);
  });

  it('copies another environment', () => {
    const form = { ...EMPTY, name: 'x', packages: 'left over', clone: 'y' };
    expect(toRequest(form)).toEqual({ name: 'x', clone: 'y' });
    expect(isComplete(form)).toBe(true);
    expect(isComplete({ ...form, name: '' })).toBe(false);
  });

  it('is complete with a name and packages, or with a file that may say the name', () => {
    expect(isComplete(EMPTY)).toBe(false);
    expect(isComplete({ ...EMPTY, name: 'x' })).toBe(false);
    expect(isComplete({ ...EMPTY, name: 'x', packages: 'python' })).toBe(true);
    expect(isComplete({ ...EMPTY, file: { name: 'environment.yml', text: '' } })).toBe(true);
    expect(isComplete({ ...EMPTY, file: { name: 'conda-lock.yml', text: '' } })).toBe(false);
  });
});
