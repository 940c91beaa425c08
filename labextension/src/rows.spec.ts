import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { environmentLine, environmentShort, isMeasured, jobOn, rowTone, sizeTitle } from './rows';
import { aJob, anEnvironment } from './testing/server';
import type { Environment } from './tokens';

const trans = nullTranslator.load('jupyter_envs');
const short = (change: Partial<Environment>) => environmentShort(anEnvironment(change), trans);

describe('a row', () => {
  it('says what an environment is', () => {
    const used = anEnvironment({ running_kernels: 2 });
    expect(environmentLine(used, trans)).toBe(
      'conda · Python 3.11.7 · 34 packages · 2 kernels running'
    );
    expect(environmentLine({ ...used, engine: 'pypi' }, trans)).toMatch(/^PyPI · Python 3.11.7 · /);
    expect(environmentShort(used, trans)).toBe('Python 3.11 · 34 packages · 2 kernels running');
    expect(short({ running_kernels: 1, older_kernels: 1 })).toBe(
      'Python 3.11 · 34 packages · in use · 1 kernel to restart'
    );
    const other = anEnvironment({ language: 'R', python: null, packages: 1, kernel: null });
    const foreign = { ...other, foreign: true, source: 'miniconda3', state: 'broken' as const };
    expect(environmentLine(foreign, trans)).toBe(
      'foreign · miniconda3 · R · 1 package · broken · no kernel'
    );
    expect(environmentShort({ ...foreign, state: 'ready', running_kernels: 3 }, trans)).toBe(
      'foreign · R · 3 kernels running'
    );
  });

  it.each([
    [{ condition: 'changed-by-pip' }, 'changed by pip', 'warn'],
    [{ condition: 'changed' }, 'changed', 'warn'],
    [{ condition: 'damaged' }, 'files damaged', 'error'],
    [{ condition: 'changed', state: 'broken' }, 'broken', 'error']
  ] as const)('says what state %j is', (change, words, tone) => {
    expect(short(change)).toBe(`${words} · Python 3.11 · 34 packages`);
    expect(rowTone(anEnvironment(change))).toBe(tone);
  });

  it('is in order where nothing else was seen, and foreign where it is not ours', () => {
    expect(short({ condition: 'as-made' })).toBe('Python 3.11 · 34 packages');
    expect([rowTone(anEnvironment()), rowTone(anEnvironment({ foreign: true }))]).toEqual([
      'ok',
      'off'
    ]);
  });

  it('says what is being done, from the first to the last moment of a job', () => {
    const job = aJob({ kind: 'change' });
    expect(environmentShort(anEnvironment(), trans, job)).toBe(
      'being changed · Python 3.11 · 34 packages'
    );
    const others = [
      aJob({ kind: 'plan' }),
      aJob({ state: 'done' }),
      aJob({ environment: 'gulls' })
    ];
    expect(jobOn('penguins', others)).toBeUndefined();
    expect(jobOn('penguins', [...others, job])).toBe(job);
  });

  it('says own and shared bytes, of another tool only once they were counted', () => {
    expect(sizeTitle(anEnvironment(), trans)).toBe(
      '11 MB of its own, 240 MB shared with the package cache'
    );
    const foreign = anEnvironment({ foreign: true, size: { own: 0, shared: 0 } });
    expect([isMeasured(foreign), sizeTitle(foreign, trans)]).toEqual([false, '']);
    expect(sizeTitle({ ...foreign, size: { own: 3e9, shared: 0 } }, trans)).toBe(
      '3 GB of its own, 0 B shared'
    );
  });
});
