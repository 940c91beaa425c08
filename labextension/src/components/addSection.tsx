import * as React from 'react';

import type { IAdditions, IJobs } from '../tokens';
import { DraftView } from './draftView';
import { useChanges, useTrans } from './hooks';

export interface IAddCardProps {
  additions: IAdditions;
  jobs: IJobs;
  onInstall: () => void;
  onDiscard: () => void;
}

/** The plan for a package that a cell needs. Nothing without one. */
export function AddCard(props: IAddCardProps): React.JSX.Element | null {
  const { additions, jobs } = props;
  const trans = useTrans();
  const { current, draft } = additions;
  useChanges(additions, draft);
  if (!current || !(draft.plan ?? draft.planning ?? draft.error)) {
    return null;
  }
  return (
    <section
      className="jp-Envs-card"
      aria-label={trans.__('Add %1', current.provider.package ?? current.module)}
    >
      <div className="jp-Envs-name">
        {trans.__('Add %1', current.provider.package ?? current.module)}
      </div>
      <DraftView
        draft={draft}
        jobs={jobs}
        installLabel={
          draft.plan?.additive ? trans.__('Install and run again') : trans.__('Install')
        }
        file={null}
        onEdit={() => undefined}
        onAgain={() => void additions.propose(current)}
        onInstall={props.onInstall}
        onDiscard={props.onDiscard}
      />
      {draft.plan && <Effect additive={draft.plan.additive} />}
    </section>
  );
}

/** What running kernels see of it. */
function Effect({ additive }: { additive: boolean }): React.JSX.Element {
  const trans = useTrans();
  return (
    <p className="jp-Envs-hint">
      {additive
        ? trans.__('Nothing else changes: running kernels can import it at once.')
        : trans.__('A running kernel has to be restarted to see it.')}
    </p>
  );
}
