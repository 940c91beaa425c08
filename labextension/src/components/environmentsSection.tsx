import { addIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { size } from '../format';
import type { Environment } from '../tokens';
import { Actions, Button, Failure, IconButton } from './basics';
import { EnvironmentList } from './environmentList';
import { useTrans } from './hooks';
import { QuestionForm } from './questions';
import type { IPanelProps } from './panelView';
import { Section } from './section';

interface IEnvironmentsSectionProps extends IPanelProps {
  fold: { folded: boolean; onFold: () => void };
}

/** The environments: filter, list, and what to do when there are none. */
export function EnvironmentsSection(props: IEnvironmentsSectionProps): React.JSX.Element {
  const { actions, fold } = props;
  const trans = useTrans();
  const tools = (
    <>
      <IconButton
        icon={addIcon}
        label={trans.__('New environment')}
        onClick={() => actions.run('create')}
      />
      <IconButton
        icon={refreshIcon}
        label={trans.__('Refresh')}
        onClick={() => actions.run('refresh')}
      />
    </>
  );
  return (
    <Section title={trans.__('Environments')} tools={tools} {...fold}>
      <Body {...props} />
    </Section>
  );
}

function Body(props: IPanelProps): React.JSX.Element {
  const { items, error } = props.environments;
  const trans = useTrans();
  if (error) {
    return (
      <div className="jp-Envs-card">
        <Failure error={error} />
        <Actions>
          <Button label={trans.__('Try again')} onClick={() => props.actions.run('refresh')} />
        </Actions>
      </div>
    );
  }
  if (items === null) {
    return <div className="jp-Envs-card jp-Envs-hint">{trans.__('Looking…')}</div>;
  }
  return items.length === 0 ? <Empty {...props} /> : <Filtered {...props} items={items} />;
}

/** Says what an environment is for. */
function Empty({ actions, pins, state }: IPanelProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <div className="jp-Envs-card">
      <div className="jp-Envs-words">
        {trans.__(
          'An environment holds the packages that a notebook needs, apart from all others.'
        )}
      </div>
      {!state.form && (
        <Actions>
          <Button
            primary={pins.path === null}
            label={trans.__('New environment')}
            onClick={() => actions.run('create')}
          />
          <Button label={trans.__('From a file…')} onClick={() => actions.run('createFromFile')} />
        </Actions>
      )}
    </div>
  );
}

function Filtered(props: IPanelProps & { items: readonly Environment[] }): React.JSX.Element {
  const { items, environments, pins, state, actions } = props;
  const trans = useTrans();
  const [filter, setFilter] = React.useState('');
  const wanted = filter.trim().toLowerCase();
  const found = items.filter(item => item.name.toLowerCase().includes(wanted));
  return (
    <>
      <input
        type="search"
        className="jp-Envs-filter"
        placeholder={trans.__('Filter by name')}
        aria-label={trans.__('Filter environments by name')}
        value={filter}
        onChange={event => setFilter(event.target.value)}
      />
      <EnvironmentList
        items={found}
        current={environments.byKernel(pins.kernel?.name)?.name ?? null}
        removing={state.removing}
        onMenu={actions.environmentMenu}
        onRemove={item => actions.run('remove', { environment: item.name })}
        onConfirmRemove={(environment, force) =>
          actions.run('confirmRemove', { environment, force })
        }
        onKeep={() => state.askRemove(null)}
        question={item => <Question {...props} item={item} />}
      />
      {found.length === 0 && (
        <div className="jp-Envs-card jp-Envs-hint">
          {trans.__('No environment is called “%1”.', filter.trim())}
        </div>
      )}
      <div className="jp-Envs-footer">{total(items, trans)}</div>
    </>
  );
}

function total(items: readonly Environment[], trans: ReturnType<typeof useTrans>): string {
  const own = items.reduce((sum, item) => sum + item.size.own, 0);
  const count = trans._n('%1 environment', '%1 environments', items.length);
  return trans.__('%1 · %2 of own files', count, size(own));
}

/** What is asked about an environment in its row, if anything is. */
function Question({
  item,
  state,
  actions
}: IPanelProps & { item: Environment }): React.JSX.Element | null {
  const question = state.asking;
  if (question?.name !== item.name) {
    return null;
  }
  const environment = item.name;
  return (
    <QuestionForm
      key={`${question.kind} ${environment}`}
      question={question}
      item={item}
      onRename={(to, force) => actions.run('confirmRename', { environment, to, force })}
      onAbout={(note, tags) => actions.run('confirmAbout', { environment, note, tags })}
      onClose={() => state.ask(null)}
    />
  );
}
