import type { TranslationBundle } from '@jupyterlab/translation';

import { cancelled, finished, progress } from './format';
import { isOver } from './jobs';
import { jobTitle } from './said';
import type { IJobs, Job } from './tokens';

/** What a screen reader is told of a job, without having looked for it. */
export interface IAnnounced {
  readonly id: string;
  readonly text: string;
}

/** Kinds of jobs whose end is said by what they bring: a plan takes the focus, and the others say it in words. */
const SAID_ELSEWHERE = new Set<Job['kind']>(['plan', 'verify', 'gc']);

/**
 * What is said of jobs as they go on: what they are doing, but not how far they are; and how they ended, where that was
 * seen. A failure is an alert already. Pure.
 */
export function announced(
  jobs: Pick<IJobs, 'items' | 'isNews'>,
  trans: TranslationBundle
): readonly IAnnounced[] {
  return jobs.items.flatMap(job => {
    const text = !isOver(job) ? going(job, trans) : jobs.isNews(job) ? ended(job, trans) : '';
    return text ? [{ id: job.id, text }] : [];
  });
}

function going(job: Job, trans: TranslationBundle): string {
  const phase = job.progress && { ...job.progress, packages_total: null, bytes_total: null };
  return `${jobTitle(job, trans)}: ${progress({ ...job, progress: phase }, null, trans)}`;
}

function ended(job: Job, trans: TranslationBundle): string {
  if (SAID_ELSEWHERE.has(job.kind) || job.state === 'failed') {
    return '';
  }
  return job.state === 'done'
    ? finished(job, trans)
    : `${jobTitle(job, trans)}: ${cancelled(job, trans)}`;
}
