import * as React from 'react';

import { isOldNews } from '../jobs';
import { formFile, pinnedFile } from '../mend';
import type { IJobs, Job } from '../tokens';
import { useTrans } from './hooks';
import { JobList } from './jobList';
import type { IPanelProps } from './panelView';
import { Section } from './section';
import { useLingering } from './still';

/** Jobs that nothing else on the panel shows. */
export function JobsSection({
  additions,
  environments,
  jobs,
  pins,
  state,
  actions,
  hovered,
  fold
}: IPanelProps & {
  hovered: boolean;
  fold: { folded: boolean; onFold: () => void };
}): React.JSX.Element | null {
  const trans = useTrans();
  const drafts = [pins.draft, state.draft, additions?.draft, state.details, state.collector];
  const others = jobs.items.filter(job => !drafts.some(draft => draft?.owns(job)));
  const wanted = others.filter(job => isShown(job, jobs) && !isOldNews(job, others));
  const items = useLingering(wanted, others, hovered);
  /** The job was news: it has been taken note of. */
  const follow = (job: Job, command: 'use' | 'newNotebook' | 'restartKernel') => {
    actions.run(command, { environment: job.environment ?? '' });
    actions.run('dropJob', { job: job.id });
  };
  const running = environments.byKernel(pins.kernel?.name)?.name;
  const runsIn = (job: Job) => running !== undefined && job.environment === running;
  const isPinned = (job: Job) => pins.status?.pin?.environment === job.environment;
  return items.length === 0 ? null : (
    <Section title={trans.__('Jobs')} {...fold}>
      <JobList
        jobs={jobs}
        items={items}
        actions={job => ({
          onDrop: () => actions.run('dropJob', { job: job.id }),
          file: formFile(state.formOf(job.id)) ?? (isPinned(job) ? pinnedFile(pins) : null),
          onEdit: path => actions.run('editFile', { path }),
          onRetry: state.formOf(job.id) ? () => actions.run('retry', { job: job.id }) : null,
          onUse: pins.path === null || runsIn(job) ? null : () => follow(job, 'use'),
          onRestart: runsIn(job) ? () => follow(job, 'restartKernel') : null,
          onNewNotebook: () => follow(job, 'newNotebook'),
          onOpen: link => actions.run('openLink', { link })
        })}
      />
    </Section>
  );
}

/** Running and failed jobs stay; what ended well is news only where it was watched. */
function isShown(job: Job, jobs: IJobs): boolean {
  switch (job.state) {
    case 'done':
      return (job.kind === 'create' || job.kind === 'binder-build') && jobs.isNews(job);
    case 'cancelled':
      return job.kind !== 'plan' && jobs.isNews(job);
    default:
      return true;
  }
}
