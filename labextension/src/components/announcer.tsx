import * as React from 'react';

import { announced } from '../announced';
import type { IJobs } from '../tokens';
import { useTrans } from './hooks';

/** Says for screen readers what jobs are doing. It is always there: what appears together with its text may go unheard. */
export function Announcer({ jobs }: { jobs: Pick<IJobs, 'items' | 'isNews'> }): React.JSX.Element {
  const trans = useTrans();
  return (
    <div className="jp-Envs-unseen" role="status" aria-atomic="false">
      {announced(jobs, trans).map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
