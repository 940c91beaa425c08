import { addIcon, filterListIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { totals as total } from '../format';
import { listed } from '../listing';
import type { Environment } from '../tokens';
import { Actions, Button, Failure, IconButton } from './basics';
import { EnvironmentList } from './environmentList';
import { FreeSpace } from './freeSpace';
import { useTrans } from './hooks';
import { Question } from './questions';
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
      <IconButton menu icon={filterListIcon} label={trans.__('Sort')} onClick={actions.sortMenu} />
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

/** What is known; after a failure that is what was known before. */
function Body(props: IPanelProps): React.JSX.Element {
  const { items, error } = props.environments;
  const { collector } = props.state;
  const trans = useTrans();
  if (items === null && !error) {
    return <div className="jp-Envs-card jp-Envs-hint">{trans.__('Looking…')}</div>;
  }
  return (
    <>
      {error && (
        <div className="jp-Envs-card">
          <Failure error={error} />
          <Actions>
            <Button label={trans.__('Try again')} onClick={() => props.actions.run('refresh')} />
          </Actions>
        </div>
      )}
      {items?.length === 0 && !error && <Empty {...props} />}
      {items && items.length > 0 && <Filtered {...props} items={items} />}
      {collector.open && (
        <FreeSpace collector={collector} onFree={() => props.actions.run('confirmFreeSpace')} />
      )}
    </>
  );
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
  const found = React.useMemo(() => listed(items, filter, state.sort), [items, filter, state.sort]);
  return (
    <>
      <input
        type="search"
        className="jp-Envs-filter"
        placeholder={trans.__('Filter by name, note or tag')}
        aria-label={trans.__('Filter environments')}
        value={filter}
        onChange={event => setFilter(event.target.value)}
      />
      <EnvironmentList
        items={found}
        current={environments.byKernel(pins.kernel?.name)?.name ?? null}
        initial={state.details.left}
        removing={state.removing}
        asking={state.asking?.name ?? null}
        onOpen={item => actions.run('details', { environment: item.name })}
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
          {trans.__('No environment has “%1” in its name, note or tags.', filter.trim())}
        </div>
      )}
      <Footer {...props} items={items} />
    </>
  );
}

/** What they take on disk, and a way to have less of it. */
function Footer(props: IPanelProps & { items: readonly Environment[] }): React.JSX.Element {
  const { items, environments, state, actions } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-footer">
      <span className="jp-Envs-words">{total(items, environments.totals, trans)}</span>
      {!state.collector.open && (
        <Button label={trans.__('Free space…')} onClick={() => actions.run('freeSpace')} />
      )}
    </div>
  );
}
