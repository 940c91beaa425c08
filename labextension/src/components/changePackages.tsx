import * as React from 'react';

import { wished } from '../packages';
import type { EnvironmentDetail } from '../tokens';
import { Actions, Button } from './basics';
import { DraftView } from './draftView';
import { Field } from './field';
import { useTrans } from './hooks';
import type { IPanelProps } from './panelView';

/** Packages to add, or all to update; and the plan for what was asked. */
export function ChangePackages(
  props: IPanelProps & { data: EnvironmentDetail }
): React.JSX.Element {
  const { data, state, jobs, actions } = props;
  const trans = useTrans();
  const { draft } = state.details;
  const [adding, setAdding] = React.useState(false);
  const environment = data.name;
  if (draft.plan ?? draft.planning ?? draft.error) {
    return (
      <div className="jp-Envs-card">
        <DraftView
          draft={draft}
          jobs={jobs}
          installLabel={changeLabel(draft.request, trans)}
          file={null}
          onEdit={() => undefined}
          onAgain={() => draft.request && void draft.propose(draft.request)}
          onInstall={() => actions.run('confirmChange')}
          onDiscard={() => void draft.discard()}
        />
      </div>
    );
  }
  return adding ? (
    <AddPackages
      onAdd={wish => {
        setAdding(false);
        actions.run('change', { environment, ...wish });
      }}
      onClose={() => setAdding(false)}
    />
  ) : (
    <div className="jp-Envs-card jp-Envs-buttons">
      <Actions>
        <Button label={trans.__('Add package…')} onClick={() => setAdding(true)} />
        <Button
          label={trans.__('Update all…')}
          onClick={() => actions.run('change', { environment, update: 'all' })}
        />
      </Actions>
    </div>
  );
}

/** The button under the plan says what it does. */
function changeLabel(
  request: IPanelProps['state']['details']['draft']['request'],
  trans: ReturnType<typeof useTrans>
): string {
  if (request?.remove) {
    return trans.__('Remove');
  }
  return request?.update ? trans.__('Update') : trans.__('Install');
}

function AddPackages(props: {
  onAdd: (wish: { install?: string[]; pip?: string[] }) => void;
  onClose: () => void;
}): React.JSX.Element {
  const trans = useTrans();
  const [text, setText] = React.useState('');
  const submit = () => text.trim() && props.onAdd(wished(text));
  return (
    <form
      className="jp-Envs-card"
      aria-label={trans.__('Add packages')}
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.preventDefault();
          props.onClose();
        }
      }}
    >
      <Field label={trans.__('Packages to add')}>
        {id => (
          <input
            id={id}
            autoFocus
            spellCheck={false}
            autoComplete="off"
            placeholder="seaborn pip:some-package"
            value={text}
            onChange={event => setText(event.target.value)}
          />
        )}
      </Field>
      <Actions>
        <Button
          primary
          label={trans.__('Show the plan')}
          disabled={!text.trim()}
          onClick={submit}
        />
        <Button label={trans.__('Cancel')} onClick={props.onClose} />
      </Actions>
    </form>
  );
}
