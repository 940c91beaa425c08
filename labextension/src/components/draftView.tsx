import * as React from 'react';

import type { AddRequest, BuildRequest, CreateRequest, IDraft, IJobs } from '../tokens';
import { Actions, Button, Failure } from './basics';
import { useTrans } from './hooks';
import { Mending } from './mending';
import { LogButton, LogView, useLog } from './log';
import { PlanView } from './planView';
import { JobProgress } from './progress';

export interface IDraftViewProps {
  draft: Omit<IDraft<CreateRequest | AddRequest | BuildRequest>, 'propose'>;
  jobs: Pick<IJobs, 'log' | 'rate'>;
  installLabel: string;
  /** The file that the request came from, if from one, and what opens it. */
  file?: string | null;
  onEdit?: (path: string) => void;
  /** Say another name for what is to be made. */
  onName?: () => void;
  /** Make the plan again. */
  onAgain: () => void;
  onInstall: () => void;
  onDiscard: () => void;
  /** What else is to be known before the install. */
  remarks?: readonly string[];
}

/** A plan in the making, the plan, or why there is none. Nothing without a request. */
export function DraftView(props: IDraftViewProps): React.JSX.Element | null {
  const { draft, jobs } = props;
  const trans = useTrans();
  if (draft.plan) {
    return (
      <PlanView
        plan={draft.plan}
        installLabel={props.installLabel}
        onInstall={props.onInstall}
        onCancel={props.onDiscard}
        remarks={props.remarks}
      />
    );
  }
  if (draft.planning) {
    return (
      <div className="jp-Envs-plan">
        <JobProgress job={draft.planning} rate={jobs.rate(draft.planning.id)} />
        <Actions>
          <Button label={trans.__('Cancel')} onClick={props.onDiscard} />
        </Actions>
      </div>
    );
  }
  return draft.error ? <DraftFailure {...props} /> : null;
}

function DraftFailure(props: IDraftViewProps): React.JSX.Element {
  const { draft, jobs, onDiscard } = props;
  const trans = useTrans();
  const log = useLog(draft.failed, jobs);
  return (
    <div className="jp-Envs-plan">
      {draft.error && <Failure error={draft.error} />}
      <Actions>
        {draft.error && <Mending code={draft.error.code} {...props} />}
        {draft.failed && <LogButton log={log} />}
        <Button label={trans.__('Dismiss')} onClick={onDiscard} />
      </Actions>
      <LogView log={log} />
    </div>
  );
}
