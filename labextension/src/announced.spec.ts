import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { announced } from './announced';
import { aJob } from './testing/server';
import type { Job, Progress } from './tokens';

const trans = nullTranslator.load('jupyter_envs');
const said = (items: readonly Job[], isNews: (job: Job) => boolean = () => true): string[] =>
  announced({ items, isNews }, trans).map(({ text }) => text);
const progress: Progress = {
  phase: 'fetching',
  packages_done: 1,
  packages_total: 12,
  bytes_done: 1_000,
  bytes_total: 82_000_000,
  package: 'numpy'
};

describe('what is announced', () => {
  it('is the phase of a job, and stays the same while bytes and packages go on', () => {
    const at = (change: Partial<Progress>) =>
      said([aJob({ state: 'running', progress: { ...progress, ...change } })]);
    expect(at({})).toEqual(['Building penguins: Downloading']);
    expect(at({ bytes_done: 51_000_000, packages_done: 9, package: 'scipy' })).toEqual(at({}));
    expect(at({ phase: 'linking' })).toEqual(['Building penguins: Installing']);
    expect(said([aJob({ state: 'queued', progress: null })])).toEqual([
      'Building penguins: Waiting for its turn'
    ]);
  });

  it('is how a job ended, where that was seen', () => {
    expect(said([aJob({ state: 'done' })])).toEqual(['penguins is ready.']);
    expect(said([aJob({ state: 'done' })], () => false)).toEqual([]);
    expect(said([aJob({ state: 'cancelled' })])).toEqual([
      'Building penguins: Cancelled. Nothing was changed.'
    ]);
  });

  it('is nothing where the end says itself: a failure, a plan, what can be freed', () => {
    const ends = [aJob({ state: 'failed' }), aJob({ kind: 'plan', state: 'done' })];
    expect(said([...ends, aJob({ kind: 'gc', state: 'done' })])).toEqual([]);
  });
});
