import type { TranslationBundle } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { EnvsError } from './request';
import { jobTitle, said, verdictSentence } from './said';
import { aJob } from './testing/server';

const trans = nullTranslator.load('jupyter_envs');

/** Everything is said in capitals, so that what is not translated stands out. */
const LOUD = {
  __: (text: string, ...places: unknown[]) => trans.__(text.toUpperCase(), ...places),
  _n: (one: string, many: string, count: number, ...places: unknown[]) =>
    trans._n(one.toUpperCase(), many.toUpperCase(), count, ...places)
} as unknown as TranslationBundle;

describe('a failure', () => {
  it('is translated where it is our own', () => {
    const own: [string, string][] = [
      ['no-answer', 'THE JUPYTER SERVER DOES NOT ANSWER.'],
      ['unreadable', 'WHAT THE JUPYTER SERVER ANSWERED CANNOT BE READ.'],
      ['http', 'THE JUPYTER SERVER ANSWERED <x>.'],
      ['job-gone', 'THE SERVER NO LONGER KNOWS THIS JOB.'],
      ['unexplained', 'IT FAILED.'],
      ['nothing-open', 'NEITHER A NOTEBOOK NOR A CONSOLE IS OPEN.'],
      ['no-notebook', 'NO NOTEBOOK IS OPEN.'],
      ['no-kernel', '<x> HAS NO KERNEL.'],
      ['no-badge', 'NOBODY CAN SAY YET WHAT A BADGE WOULD OPEN.'],
      ['file-too-large', '<x> IS TOO LARGE TO DESCRIBE AN ENVIRONMENT.'],
      ['not-for-a-shell', 'A TERMINAL CANNOT BE GIVEN THE NAME “<x>”.']
    ];
    for (const [code, message] of own) {
      const error = new EnvsError('It is so.', code, 0, ['Why.'], { name: '<x>' });
      expect(said(error, LOUD).message).toBe(message);
    }
  });

  it('stays as the server says it otherwise, whatever its fields are', () => {
    const error = new EnvsError('There is no x.', 'not-found', 404, ['Look.'], { name: {} });
    expect(said(error, LOUD)).toEqual({ message: 'There is no x.', hints: ['Look.'] });
    expect(said(new EnvsError('', 'http', 502, [], { name: 7 }), trans).hints).toEqual([]);
  });
});

describe('a verdict', () => {
  it('is translated where its sentence is known, and stays as it is otherwise', () => {
    const sentences = [
      'Runs exactly what environment.yml locks.',
      'Nothing records which environment this notebook needs.',
      '1 package differs from the lock.',
      '2 packages differ from the lock.',
      'Not on this machine yet. 34 packages from conda-forge and PyPI.',
      'environment.yml was edited after it was locked: + seaborn and 2 more.',
      'environment.yml was edited after it was locked.',
      'a.conda-lock.yml is not the lock that this notebook names.',
      'The lock covers linux-64 and osx-arm64, not this machine (linux-aarch64).',
      'a.conda-lock.yml is not there, so nothing says which packages this notebook ran with.'
    ];
    for (const sentence of sentences) {
      expect(verdictSentence(sentence, trans)).toBe(sentence);
      expect(verdictSentence(sentence, LOUD)).not.toBe(sentence);
    }
    expect(verdictSentence('Runs exactly what %1 locks.', LOUD)).toContain('%1');
    expect(verdictSentence('Something else.', LOUD)).toBe('Something else.');
  });
});

describe('a job', () => {
  it('is called by what it does, could not do, or has made', () => {
    expect(jobTitle(aJob(), trans)).toBe('Building penguins');
    expect(jobTitle(aJob({ state: 'failed' }), trans)).toBe('Could not build penguins');
    expect(jobTitle(aJob({ state: 'done' }), trans)).toBe('penguins');
    expect(jobTitle(aJob({ kind: 'gc', environment: null, state: 'done' }), trans)).toBe(
      'Freeing space'
    );
    const kinds =
      'plan create change rollback verify adopt-changes recover remove lock adopt rename gc binder-build';
    for (const kind of kinds.split(' ') as ReturnType<typeof aJob>['kind'][]) {
      for (const state of ['running', 'failed', 'cancelled'] as const) {
        const title = jobTitle(aJob({ kind, state }), LOUD);
        expect(title.replace('penguins', '')).toMatch(/^[A-Z ]+$/);
      }
    }
    const build = aJob({ kind: 'binder-build', title: 'Build a/b.ipynb on Binder' });
    expect(jobTitle(build, trans)).toBe('Building a/b.ipynb on Binder');
    const unknown = { ...aJob({ title: 'Something new' }), kind: 'new' as never };
    expect(jobTitle(unknown, LOUD)).toBe('Something new');
  });
});
