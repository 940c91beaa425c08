import { addIcon, filterListIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { totals as total } from '../format';
import type { Held, IPackageFilter } from '../listing';
import { holds, listed } from '../listing';
import { jobOn } from '../rows';
import { said } from '../said';
import type { Environment } from '../tokens';
import { Actions, Button, Failure, IconButton } from './basics';
import { EnvironmentList } from './environmentList';
import { FreeSpace } from './freeSpace';
import { useChanges, useTrans } from './hooks';
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
  const { items, environments, jobs, pins, state, actions } = props;
  const trans = useTrans();
  const [filter, setFilter] = React.useState('');
  const { packages } = state;
  const { run } = actions;
  const answers = useChanges(packages);
  React.useEffect(() => packages.look(filter), [packages, filter]);
  React.useEffect(() => () => packages.look(''), [packages]);
  const held: Held = React.useCallback(
    (text, environment) => packages.holding(text, environment),
    [packages]
  );
  const found = React.useMemo(
    () => listed(items, filter, state.sort, held),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is held is another thing after each answer
    [items, filter, state.sort, held, answers]
  );
  return (
    <>
      <input
        type="search"
        className="jp-Envs-filter"
        placeholder={trans.__('Filter by name or package')}
        title={trans.__(
          'Words of its name, note or tags, or a package: numpy, numpy 1.26, numpy<2'
        )}
        aria-label={trans.__('Filter environments')}
        value={filter}
        onChange={event => setFilter(event.target.value)}
      />
      <EnvironmentList
        items={found}
        holds={item => holds(item, filter, held)}
        job={item => jobOn(item.name, jobs.items)}
        current={environments.byKernel(pins.kernel?.name)?.name ?? null}
        initial={state.details.left}
        removing={state.removing}
        asking={state.asking?.name ?? null}
        onOpen={item => run('details', { environment: item.name })}
        onMenu={actions.environmentMenu}
        onRemove={item => run('remove', { environment: item.name })}
        onConfirmRemove={(name, force) => run('confirmRemove', { environment: name, force })}
        onKeep={() => state.askRemove(null)}
        question={item => <Question {...props} item={item} />}
      />
      <FilterHint filter={filter.trim()} none={found.length === 0} packages={packages} />
      <Footer {...props} items={items} />
    </>
  );
}

/** Why the list may be shorter than one hopes. */
function FilterHint(props: {
  filter: string;
  none: boolean;
  packages: IPackageFilter;
}): React.JSX.Element {
  const trans = useTrans();
  const { filter, none, packages } = props;
  const text = packages.error
    ? trans.__('Their packages are not searched: %1', said(packages.error, trans).message)
    : !none
      ? ''
      : packages.waiting
        ? trans.__('Looking…')
        : trans.__('No environment has “%1” in its name, note or tags, or as a package.', filter);
  return (
    <div role="status" className={text && 'jp-Envs-card jp-Envs-hint'}>
      {text}
    </div>
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
