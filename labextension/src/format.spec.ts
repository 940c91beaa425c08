import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import {
  channel,
  difference,
  duration,
  finished,
  fraction,
  planSentence,
  progress,
  size
} from './format';
import { aJob, aPlan } from './testing/server';
import type { Job, Progress } from './tokens';

const trans = nullTranslator.load('jupyter_envs');
const FETCHING: Progress = {
  phase: 'fetching',
  packages_done: 9,
  packages_total: 12,
  bytes_done: 51e6,
  bytes_total: 82e6,
  package: 'pandas'
};

describe('words', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [279_600, '280 kB'],
    [999_600, '1 MB'],
    [1_440_000_000, '1.4 GB'],
    [41_000_000, '41 MB']
  ])('%i bytes are %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it.each([
    [0.2, '1 s'],
    [8, '8 s'],
    [120, '2 min'],
    [3900, '1 h 5 min']
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds, trans)).toBe(text);
  });

  it('says where a download is and how long it takes', () => {
    const job = aJob({ progress: FETCHING });
    expect(progress(job, 3.9e6, trans)).toBe('Downloading 9 of 12 · 51 of 82 MB · about 8 s left');
    expect(progress(job, null, trans)).toBe('Downloading 9 of 12 · 51 of 82 MB');
    expect(progress(aJob({ state: 'queued' }), null, trans)).toBe('Waiting for its turn');
    expect(progress(aJob(), null, trans)).toBe('Starting');
  });

  it('never goes backwards from phase to phase', () => {
    const all: Progress[] = [
      { ...FETCHING, bytes_done: 82e6 },
      { ...FETCHING, phase: 'linking', packages_done: 0 },
      { ...FETCHING, phase: 'linking', packages_done: 12 },
      { ...FETCHING, phase: 'pip' },
      { ...FETCHING, phase: 'publishing' }
    ];
    const fractions = all.map(item => fraction(item) ?? -1);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    expect(fraction({ ...FETCHING, phase: 'solving' })).toBeNull();
    expect(fraction(null)).toBeNull();
  });

  it('says what differs', () => {
    const item = { name: 'pandas', manager: 'conda' as const };
    expect(difference({ ...item, before: '2.2.2', after: '2.2.3' }, trans)).toBe('2.2.2 → 2.2.3');
    expect(difference({ ...item, before: '2.2.2', after: null }, trans)).toBe('2.2.2, now missing');
    expect(difference({ ...item, before: '1.0', after: '1.0' }, trans)).toBe('1.0, other build');
    expect(difference({ ...item, before: null, after: '4', manager: 'pip' }, trans)).toBe(
      'added by pip, 4'
    );
  });

  it.each([
    ['conda-forge', 'conda-forge'],
    ['https://example.org/a/b/main', 'https://example.org/…/main'],
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['file:///home/me/channels/own/', 'file:///…/own']
  ])('shortens the channel %s', (name, text) => {
    expect(channel(name)).toBe(text);
  });

  it('says what a plan does', () => {
    const added = [
      {
        name: 'python',
        version: '3.11.7',
        manager: 'conda' as const,
        build: '0',
        subdir: 'linux-64',
        url: '',
        sha256: '',
        size: 82e6,
        depends: []
      }
    ];
    expect(planSentence(aPlan({ added, to_fetch: 1, download: 82e6 }), trans)).toBe(
      '1 package added, 1 to download, 82 MB.'
    );
    expect(planSentence(aPlan(), trans)).toBe('Nothing changes, nothing to download.');
  });

  it('says what a job has done', () => {
    const said = (kind: Job['kind']) => finished({ kind, environment: 'x' }, trans);
    expect(said('create')).toBe('x is ready.');
    expect(said('remove')).toBe('x is removed.');
    expect(said('change')).toBe('x is changed.');
    expect(said('gc')).toBe('Disk space is free again.');
  });
});
