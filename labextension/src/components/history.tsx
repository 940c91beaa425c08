import { Time } from '@jupyterlab/coreutils';
import * as React from 'react';

import type { EnvironmentDetail, Generation } from '../tokens';
import { Actions, Button } from './basics';
import { DraftView } from './draftView';
import { useTrans } from './hooks';
import { Fold } from './packageLists';
import type { IPanelProps } from './panelView';

type IHistoryProps = IPanelProps & { data: EnvironmentDetail };

/** What the environment was before, the newest first, with a way back: by its plan. */
export function History(props: IHistoryProps): React.JSX.Element {
  const trans = useTrans();
  const [open, setOpen] = React.useState(false);
  const newest = [...props.data.history].sort((a, b) => b.created.localeCompare(a.created));
  const undoing = wanted(props);
  return (
    <>
      <Fold
        label={trans.__('History (%1)', newest.length)}
        open={open || undoing !== null}
        onFold={() => setOpen(!open)}
      />
      {(open || undoing !== null) && (
        <ul className="jp-Envs-history" aria-label={trans.__('History')}>
          {newest.map(item => (
            <Entry key={item.id} {...props} item={item} undoing={item.id === undoing} />
          ))}
        </ul>
      )}
    </>
  );
}

/** The generation that somebody wants to go back to. */
function wanted({ state }: IHistoryProps): string | null {
  const { request } = state.details.draft;
  return request && 'generation' in request ? request.generation : null;
}

function Entry(props: IHistoryProps & { item: Generation; undoing: boolean }): React.JSX.Element {
  const { data, item, undoing, actions } = props;
  const trans = useTrans();
  const when = Time.formatHuman(item.created);
  // the button that was pressed makes way for the plan, and gets the focus when it is back
  const pressed = React.useRef(false);
  pressed.current ||= undoing;
  const facts = [
    when,
    trans._n('%1 package', '%1 packages', item.packages),
    item.current ? trans.__('current') : ''
  ];
  return (
    <li>
      <div className="jp-Envs-words">{item.reason}</div>
      <div className="jp-Envs-line" title={Time.format(item.created)}>
        {facts.filter(text => text).join(' · ')}
      </div>
      {undoing && <WayBack {...props} />}
      {!item.current && !undoing && (
        <Actions>
          <Button
            focused={pressed.current}
            label={trans.__('Go back to this…')}
            title={trans.__('Make it again what it was %1', when)}
            onClick={() => actions.run('rollback', { environment: data.name, generation: item.id })}
          />
        </Actions>
      )}
    </li>
  );
}

/** What going back would change. */
function WayBack({ state, jobs, actions }: IHistoryProps): React.JSX.Element {
  const trans = useTrans();
  const { draft } = state.details;
  return (
    <DraftView
      draft={draft}
      jobs={jobs}
      installLabel={trans.__('Go back')}
      onAgain={() => draft.request && void draft.propose(draft.request)}
      onInstall={() => actions.run('confirmChange')}
      onDiscard={() => void draft.discard()}
      remarks={[
        trans.__(
          'What is there now stays in the history; running kernels keep it until they are restarted.'
        )
      ]}
    />
  );
}
