import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { formFile, mend, pinnedFile } from './mend';
import { aStatus } from './testing/server';

const trans = nullTranslator.load('jupyter_envs');

describe('what leads out of a failure', () => {
  it.each([
    ['unsolvable', 'a/environment.yml', { kind: 'edit', label: 'Edit environment.yml' }],
    ['invalid-file', 'a/environment.yml', { kind: 'edit', path: 'a/environment.yml' }],
    ['unreachable', 'a/environment.yml', { kind: 'again' }],
    ['plan-changed', null, { kind: 'again' }]
  ])('%s of %s', (code, file, expected) => {
    expect(mend(code, file, trans)).toMatchObject(expected);
  });

  it.each([
    ['unsolvable', null],
    ['disk', 'a/environment.yml'],
    ['internal', null]
  ])('is not known for %s of %s', (code, file) => {
    expect(mend(code, file, trans)).toBeNull();
  });

  it('knows the files', () => {
    const path = 'work/analysis.ipynb';
    expect(pinnedFile({ path, status: aStatus() })).toBe('work/environment.yml');
    expect(pinnedFile({ path, status: aStatus('unpinned') })).toBeNull();
    expect(pinnedFile({ path: null, status: null })).toBeNull();
    expect(formFile({ file: { name: 'e.yml', text: '', path: 'a/e.yml' } })).toBe('a/e.yml');
    expect(formFile({ file: { name: 'e.yml', text: '' } })).toBeNull();
  });
});
