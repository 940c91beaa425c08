import type { TranslationBundle } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { EnvsError } from './request';
import { jobTitle, said, verdictSentence } from './said';
import { aJob } from './testing/server';
import type { Verdict } from './tokens';

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
  const file = 'environment.yml';
  const lock = 'a.conda-lock.yml';
  const REASONS: [Verdict['reason'], Verdict['fields'], string][] = [
    ['as-locked', { file }, 'Runs exactly what environment.yml locks.'],
    ['unpinned', {}, 'Nothing records which environment this notebook needs.'],
    ['differs', { count: 1 }, '1 package differs from the lock.'],
    ['differs', { count: 2 }, '2 packages differ from the lock.'],
    [
      'absent',
      { count: 34, channels: ['a', 'conda-forge', 'PyPI'] },
      'Not on this machine yet. 34 packages from a, conda-forge and PyPI.'
    ],
    ['absent', { count: 1, channels: [] }, 'Not on this machine yet. 1 package.'],
    [
      'edited',
      { file, added: ['a', 'b'], more: 2 },
      'environment.yml was edited after it was locked: + a, + b and 2 more.'
    ],
    ['edited', { file, added: [], more: 0 }, 'environment.yml was edited after it was locked.'],
    ['other-lock', { lock }, 'a.conda-lock.yml is not the lock that this notebook names.'],
    [
      'other-platform',
      { platforms: ['linux-64', 'osx-arm64'], platform: 'linux-aarch64' },
      'The lock covers linux-64 and osx-arm64, not this machine (linux-aarch64).'
    ],
    [
      'other-platform',
      { platforms: [], platform: 'linux-64' },
      'The lock covers no platform, not this machine (linux-64).'
    ],
    [
      'no-lock',
      { lock },
      'a.conda-lock.yml is not there, so nothing says which packages this notebook ran with.'
    ]
  ];

  it.each(REASONS)('is said by its reason: %s %o', (reason, fields, sentence) => {
    const verdict = { reason, fields, sentence: 'From the server.' };
    expect(verdictSentence(verdict, trans)).toBe(sentence);
    expect(verdictSentence(verdict, LOUD)).not.toBe(sentence);
  });

  it('keeps what a file is called, and the words of a server that knows more reasons', () => {
    const named = { reason: 'as-locked', fields: { file: '%1' }, sentence: '' } as const;
    expect(verdictSentence(named, LOUD)).toContain('%1');
    const newer = { reason: 'newer' as never, fields: {}, sentence: 'Something else.' };
    expect(verdictSentence(newer, LOUD)).toBe('Something else.');
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
