import * as React from 'react';

import { isOver } from '../jobs';
import type { IJobs, Job } from '../tokens';
import { Actions, Button, Failure, Sentence } from './basics';
import { useTrans } from './hooks';
import { LogButton, LogView, useLog } from './log';
import { JobProgress } from './progress';

export interface IJobActions {
  /** Cancel a running job, dismiss one that has ended. */
  onDrop: (job: Job) => void;
  /** Open the form that the job came from again; null where there is none. */
  onRetry: ((job: Job) => void) | null;
  /** Run the current notebook in what the job made; null without one, or if it does so already. */
  onUse: ((job: Job) => void) | null;
  /** Let the current notebook's kernel start anew from what the job made; null if it is another kernel. */
  onRestart: ((job: Job) => void) | null;
  onNewNotebook: (job: Job) => void;
}

/** Jobs, the newest first. */
export function JobList(props: {
  jobs: Pick<IJobs, 'log' | 'rate'>;
  items: readonly Job[];
  actions: (job: Job) => IJobActions;
}): React.JSX.Element {
  return (
    <ul className="jp-Envs-jobs">
      {props.items.map(job => (
        <JobCard key={job.id} job={job} jobs={props.jobs} {...props.actions(job)} />
      ))}
    </ul>
  );
}

interface IJobCardProps extends IJobActions {
  job: Job;
  jobs: Pick<IJobs, 'log' | 'rate'>;
}

function JobCard(props: IJobCardProps): React.JSX.Element {
  const { job, jobs } = props;
  const trans = useTrans();
  const log = useLog(job, jobs);
  const drop = () => props.onDrop(job);
  return (
    <li className="jp-Envs-card" aria-label={job.title}>
      <div className="jp-Envs-name" title={job.title}>
        {job.title}
      </div>
      <JobState job={job} rate={jobs.rate(job.id)} restart={props.onRestart !== null} />
      <Actions>
        <JobFollowUp {...props} />
        {!isOver(job) && <Button label={trans.__('Cancel')} onClick={drop} />}
        <LogButton log={log} />
        {isOver(job) && <Button label={trans.__('Dismiss')} onClick={drop} />}
      </Actions>
      <LogView log={log} />
    </li>
  );
}

function JobState(props: { job: Job; rate: number | null; restart: boolean }): React.JSX.Element {
  const { job, rate, restart } = props;
  const trans = useTrans();
  switch (job.state) {
    case 'failed':
      return <Failure error={job.error ?? { message: trans.__('It failed.'), hints: [] }} />;
    case 'cancelled':
      return <Sentence tone="off">{trans.__('Cancelled. Nothing was changed.')}</Sentence>;
    case 'done':
      return (
        <Sentence tone="ok">
          {trans.__('%1 is ready.', job.environment ?? '')}
          {restart && ' ' + trans.__('A running kernel keeps what it started with.')}
        </Sentence>
      );
    default:
      return <JobProgress job={job} rate={rate} />;
  }
}

/** What one would do next. */
function JobFollowUp(props: IJobCardProps): React.JSX.Element | null {
  const { job, onRetry, onRestart, onUse, onNewNotebook } = props;
  const trans = useTrans();
  if (job.state === 'done' && onRestart) {
    return <Button label={trans.__('Restart kernel')} onClick={() => onRestart(job)} />;
  }
  if (job.state === 'done') {
    return onUse ? (
      <Button label={trans.__('Use for this notebook')} onClick={() => onUse(job)} />
    ) : (
      <Button label={trans.__('New notebook')} onClick={() => onNewNotebook(job)} />
    );
  }
  return onRetry && isOver(job) ? (
    <Button primary label={trans.__('Try again…')} onClick={() => onRetry(job)} />
  ) : null;
}
