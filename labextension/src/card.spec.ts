import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import type { ICard } from './card';
import { card } from './card';
import { anEnvironment, aStatus } from './testing/server';
import type { Environment, PinStatus } from './tokens';

const trans = nullTranslator.load('jupyter_envs');

function shown(
  status: PinStatus | null,
  kernel: string | null,
  items: Environment[] | null = [anEnvironment()],
  console: string | null = null
): ICard | null {
  return card(
    {
      status,
      console,
      kernel: kernel === null ? null : { name: kernel, displayName: `<${kernel}>`, status: 'idle' }
    },
    {
      items,
      byName: name => items?.find(item => item.name === name),
      byKernel: name => items?.find(item => item.kernel === name)
    },
    trans
  );
}

describe('the card of the current notebook', () => {
  it('says nothing before anything is known', () => {
    expect(shown(null, 'python3')).toBeNull();
  });

  it('is content when the notebook runs in what it is pinned to', () => {
    expect(shown(aStatus(), 'penguins')).toEqual({
      title: 'penguins',
      line: 'Python 3.11.7 · 34 packages · kernel idle',
      tone: 'ok',
      sentence: 'A sentence.',
      differences: [],
      action: null,
      second: null,
      older: false,
      adds: 'penguins'
    });
  });

  it('says of a console only what it runs in', () => {
    const ours = shown(null, 'penguins', [anEnvironment()], 'Console 1');
    expect(ours).toMatchObject({ title: 'penguins', tone: 'ok', action: null, adds: 'penguins' });
    const other = shown(null, 'python3', [anEnvironment()], 'Console 1');
    expect(other).toMatchObject({ title: '<python3>', tone: 'off', action: null, adds: null });
    expect(shown(null, null, [], 'Console 1')?.line).toBe('no kernel');
    expect(shown(null, 'penguins', null, 'Console 1')).toBeNull();
  });

  it('offers to add packages where nothing else has to be mended first', () => {
    expect(shown(aStatus('unpinned', 'pin'), 'penguins')?.adds).toBe('penguins');
    expect(shown(aStatus('drifted', 'restore'), 'penguins')?.adds).toBeNull();
    expect(shown(aStatus(), 'python3')?.adds).toBeNull();
    const theirs = [anEnvironment({ foreign: true })];
    expect(shown(aStatus('unpinned', 'pin'), 'penguins', theirs)?.adds).toBeNull();
  });

  it('is not, when the notebook runs in something else', () => {
    const found = shown(aStatus(), 'python3');
    expect(found?.tone).toBe('warn');
    expect(found?.sentence).toContain('<python3>');
    expect(found?.action).toEqual({ kind: 'use', environment: anEnvironment() });
  });

  it('does not say so while environments or kernel are not known yet', () => {
    expect(shown(aStatus(), 'penguins', null)?.tone).toBe('ok');
    expect(shown(aStatus(), null)?.tone).toBe('ok');
  });

  it.each([
    ['outdated', 'update', 'info'],
    ['missing', 'build', 'error'],
    ['unlocked', 'lock', 'warn']
  ] as const)('offers for %s to %s', (state, action, tone) => {
    expect(shown(aStatus(state, action), 'penguins')).toMatchObject({
      tone,
      action: { kind: action }
    });
  });

  it('offers for drifted to save what was changed, or to restore', () => {
    expect(shown(aStatus('drifted', 'restore'), 'penguins')).toMatchObject({
      tone: 'warn',
      action: { kind: 'saveChanges' },
      second: { kind: 'restore' }
    });
  });

  it('offers nothing that would change the environment of another tool', () => {
    const foreign = anEnvironment({ foreign: true });
    const found = shown(aStatus('drifted', 'restore'), 'penguins', [foreign]);
    expect(found).toMatchObject({ action: { kind: 'pin', environment: foreign }, second: null });
  });

  it('says when a restart would move the kernel', () => {
    const changed = anEnvironment({ running_kernels: 1, older_kernels: 1 });
    expect(shown(aStatus(), 'penguins', [changed])?.older).toBe(true);
    expect(shown(aStatus(), 'python3', [changed])?.older).toBe(false);
  });

  it('offers to pin to what the notebook runs in, to choose, or to make one', () => {
    const unpinned = aStatus('unpinned', 'pin');
    expect(shown(unpinned, 'penguins')?.action).toMatchObject({ kind: 'pin' });
    expect(shown(unpinned, 'penguins')?.second).toBeNull();
    expect(shown(unpinned, 'python3')?.action).toEqual({ kind: 'choose' });
    expect(shown(unpinned, 'python3')?.second).toEqual({ kind: 'fromImports' });
    const theirs = [anEnvironment({ foreign: true })];
    expect(shown(unpinned, 'penguins', theirs)?.second).toEqual({ kind: 'fromImports' });
    expect(shown(unpinned, 'python3', [])?.action).toEqual({ kind: 'new' });
    expect(shown(unpinned, 'python3')?.title).toBe('<python3>');
    expect(shown(unpinned, null)?.title).toBe('No kernel');
  });

  it('offers the file beside a notebook that is not pinned', () => {
    const status = (made: boolean): PinStatus => ({
      ...aStatus('unpinned', 'pin'),
      beside: { file: 'Pipfile.lock', environment: 'penguins', made }
    });
    expect(shown(status(false), 'python3')).toMatchObject({
      sentence: 'Pipfile.lock beside this notebook says what it needs.',
      action: { kind: 'fromBeside', file: 'Pipfile.lock' },
      second: { kind: 'choose' }
    });
    const itself = { file: 'work.ipynb', environment: 'work', made: false };
    expect(shown({ ...status(false), beside: itself }, 'python3')).toMatchObject({
      sentence: 'This notebook says itself what it needs.',
      action: { kind: 'fromBeside', file: 'work.ipynb' }
    });
    expect(shown(status(false), 'python3', [])).toMatchObject({ second: { kind: 'new' } });
    expect(shown(status(true), 'python3')).toMatchObject({
      sentence: 'penguins has what Pipfile.lock asks for.',
      action: { kind: 'pin', environment: { name: 'penguins' } },
      second: null
    });
    expect(shown(status(false), 'penguins')).toMatchObject({
      sentence: 'A sentence.',
      action: { kind: 'pin', environment: { name: 'penguins' } }
    });
  });
});
