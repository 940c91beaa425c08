import * as React from 'react';

import { fraction, progress } from '../format';
import { jobTitle } from '../said';
import type { Job } from '../tokens';
import { useTrans } from './hooks';

/** How far a running job is: a bar, and a line of packages, bytes and time left. */
export function JobProgress(props: { job: Job; rate: number | null }): React.JSX.Element {
  const trans = useTrans();
  const { job, rate } = props;
  const done = fraction(job.progress);
  const percent = done === null ? undefined : Math.round(100 * done);
  const words = progress(job, rate, trans);
  return (
    <>
      <div
        className={`jp-Envs-bar${percent === undefined ? ' jp-mod-unknown' : ''}`}
        role="progressbar"
        aria-label={jobTitle(job, trans)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={words}
      >
        <div style={percent === undefined ? undefined : { width: `${percent}%` }} />
      </div>
      <div className="jp-Envs-line" title={job.progress?.package ?? undefined}>
        {words}
      </div>
    </>
  );
}
