import * as React from 'react';

import { cancelled, finished } from '../format';
import { isOver } from '../jobs';
import { mend } from '../mend';
import { failure } from '../request';
import { jobTitle } from '../said';
import type { HubBuild, IJobs, Job } from '../tokens';
import { Actions, Button, Failure, Sentence } from './basics';
import { useTrans } from './hooks';
import { LogButton, LogView, useLog } from './log';
import { Mending } from './mending';
import { JobProgress } from './progress';
import { useHovered, useStill } from './still';

export interface IJobActions {
  /** Cancel a running job, dismiss one that has ended. */
  onDrop: (job: Job) => void;
  /** The file that the job came from, as far as this page knows. */
  file: string | null;
  onEdit: (path: string) => void;
  /** Open the form that the job came from again; null where there is none. */
  onRetry: ((job: Job) => void) | null;
  /** Run the current notebook in what the job made; null without one, or if it does so already. */
  onUse: ((job: Job) => void) | null;
  /** Let the current notebook's kernel start anew from what the job made; null if it is another kernel. */
  onRestart: ((job: Job) => void) | null;
  onNewNotebook: (job: Job) => void;
  /** Open what a hub has built. */
  onOpen: (link: string) => void;
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
  const [hovered, watch] = useHovered();
  // who has just cancelled it is not surprised
  const over = useStill(isOver(job), hovered && job.state !== 'cancelled');
  const drop = () => props.onDrop(job);
  const title = jobTitle(job, trans);
  return (
    <li className="jp-Envs-card" aria-label={title}>
      <div className="jp-Envs-name" title={title}>
        {title}
      </div>
      <div className="jp-Envs-jobState">
        <JobState job={job} rate={jobs.rate(job.id)} restart={props.onRestart !== null} />
      </div>
      <div {...watch}>
        <Actions>
          {over && <JobFollowUp {...props} />}
          {!over && <Button label={trans.__('Cancel')} disabled={isOver(job)} onClick={drop} />}
          <LogButton log={log} />
          {over && <Button label={trans.__('Dismiss')} onClick={drop} />}
        </Actions>
      </div>
      <LogView log={log} />
    </li>
  );
}

function JobState(props: { job: Job; rate: number | null; restart: boolean }): React.JSX.Element {
  const { job, rate, restart } = props;
  const trans = useTrans();
  switch (job.state) {
    case 'failed':
      return <Failure error={failure(job)} />;
    case 'cancelled':
      return <Sentence tone="off">{cancelled(job, trans)}</Sentence>;
    case 'done':
      return (
        <Sentence tone="ok">
          {finished(job, trans)}
          {restart && ' ' + trans.__('A running kernel keeps what it started with.')}
        </Sentence>
      );
    default:
      return <JobProgress job={job} rate={rate} />;
  }
}

/** Kinds of jobs after which there is an environment to run in. */
const USABLE = new Set<Job['kind']>(['create', 'change', 'rollback', 'adopt', 'rename']);

/** What one would do next. */
function JobFollowUp(props: IJobCardProps): React.JSX.Element | null {
  const { job, onRetry, onRestart, onUse, onNewNotebook } = props;
  const trans = useTrans();
  if (job.state === 'failed') {
    const onAgain = onRetry && (() => onRetry(job));
    const code = job.error?.code ?? '';
    return mend(code, props.file, trans) ? (
      <Mending code={code} file={props.file} onEdit={props.onEdit} onAgain={onAgain} />
    ) : (
      onAgain && <Button primary label={trans.__('Try again…')} onClick={onAgain} />
    );
  }
  if (job.state === 'done' && job.kind === 'binder-build') {
    const { link } = job.result as HubBuild;
    return (
      <Button primary label={trans.__('Open in a new tab')} onClick={() => props.onOpen(link)} />
    );
  }
  if (job.state !== 'done' || !USABLE.has(job.kind)) {
    return null;
  }
  if (onRestart) {
    return <Button label={trans.__('Restart kernel')} onClick={() => onRestart(job)} />;
  }
  return onUse ? (
    <Button label={trans.__('Use for this notebook')} onClick={() => onUse(job)} />
  ) : (
    <Button label={trans.__('New notebook')} onClick={() => onNewNotebook(job)} />
  );
}
