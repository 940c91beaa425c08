import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { EnvironmentDetail, IDetails } from '../tokens';
import { AddCard } from './addSection';
import { Actions, Button } from './basics';
import { DraftView } from './draftView';
import { useTrans } from './hooks';
import type { IPanelProps } from './panelView';

type IChangeProps = IPanelProps & { data: EnvironmentDetail };

/** Packages to add, or all to update; and the plan for what is to be updated or removed. */
export function ChangePackages(props: IChangeProps): React.JSX.Element {
  const { additions, data, state } = props;
  const { draft } = state.details;
  const undoing = draft.request && 'generation' in draft.request;
  if (!undoing && (draft.plan ?? draft.planning ?? draft.error)) {
    return <Planned {...props} />;
  }
  return additions?.environment === data.name ? (
    <AddCard {...props} additions={additions} channels={data.spec.channels} />
  ) : (
    <Buttons {...props} />
  );
}

function Planned({ state, jobs, actions }: IChangeProps): React.JSX.Element {
  const trans = useTrans();
  const { draft } = state.details;
  return (
    <div className="jp-Envs-card">
      <DraftView
        draft={draft}
        jobs={jobs}
        installLabel={changeLabel(draft.request, trans)}
        onAgain={() => draft.request && void draft.propose(draft.request)}
        onInstall={() => actions.run('confirmChange')}
        onDiscard={() => void draft.discard()}
      />
    </div>
  );
}

function Buttons({ additions, data, state, actions }: IChangeProps): React.JSX.Element {
  const trans = useTrans();
  const environment = data.name;
  return (
    <div className="jp-Envs-card jp-Envs-buttons">
      <Actions>
        {additions && (
          <Button
            label={trans.__('Add package…')}
            onClick={() => actions.run('addPackage', { environment })}
          />
        )}
        <Button
          label={trans.__('Update all…')}
          onClick={() => actions.run('change', { environment, update: 'all' })}
        />
        <Button
          label={trans.__('Newer versions?')}
          title={
            data.engine === 'pypi'
              ? trans.__('Ask PyPI which packages it has newer')
              : trans.__('Ask the channels which packages they have newer')
          }
          disabled={state.details.lookingForNewer}
          onClick={() => actions.run('lookForNewer', { environment })}
        />
      </Actions>
      <Newer details={state.details} isPypi={data.engine === 'pypi'} />
    </div>
  );
}

/** What was found when somebody asked for newer versions. */
function Newer({ details, isPypi }: { details: IDetails; isPypi: boolean }): React.JSX.Element {
  const trans = useTrans();
  const { newer, lookingForNewer } = details;
  const found = newer && [
    (isPypi ? newerOnPypi : newerInChannels)(newer.packages.length, trans),
    newer.unchecked === 0
      ? ''
      : trans._n(
          '%1 from PyPI was not looked up.',
          '%1 from PyPI were not looked up.',
          newer.unchecked
        )
  ];
  const asking = isPypi ? trans.__('Asking PyPI…') : trans.__('Asking the channels…');
  return (
    <div role="status" className="jp-Envs-hint">
      {lookingForNewer ? asking : found?.filter(Boolean).join(' ')}
    </div>
  );
}

function newerInChannels(count: number, trans: TranslationBundle): string {
  return count === 0
    ? trans.__('The channels have nothing newer.')
    : trans._n(
        '%1 package is newer in the channels.',
        '%1 packages are newer in the channels.',
        count
      );
}

function newerOnPypi(count: number, trans: TranslationBundle): string {
  return count === 0
    ? trans.__('PyPI has nothing newer.')
    : trans._n('%1 package is newer on PyPI.', '%1 packages are newer on PyPI.', count);
}

/** The button under the plan says what it does. */
function changeLabel(request: object | null, trans: ReturnType<typeof useTrans>): string {
  if (request && 'remove' in request) {
    return trans.__('Remove');
  }
  return request && 'update' in request ? trans.__('Update') : trans.__('Install');
}
