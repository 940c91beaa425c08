import { Time } from '@jupyterlab/coreutils';
import { caretLeftIcon, ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { environmentLine, isMeasured, jobOn, sizeTitle } from '../rows';
import type { Environment, EnvironmentDetail, Job } from '../tokens';
import { Button, Failure, IconButton } from './basics';
import { ChangePackages } from './changePackages';
import { History } from './history';
import { useChanges, useTrans } from './hooks';
import { PackageLists } from './packageLists';
import type { IPanelProps } from './panelView';
import { Question } from './questions';
import { Verify } from './verify';

/** One environment in place of the list: what it has, where that came from, and what can be changed. */
export function DetailsSection(props: IPanelProps): React.JSX.Element {
  const { details } = props.state;
  const { additions } = props;
  useChanges(details, details.draft, ...(additions ? [additions] : []));
  const item = props.environments.byName(details.name ?? '') ?? details.data;
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      const { draft } = details;
      void (draft.request ? draft.discard() : details.close());
    }
  };
  return (
    <section className="jp-Envs-details" aria-label={details.name ?? ''} onKeyDown={onKeyDown}>
      <Header {...props} item={item} />
      {details.error && (
        <div className="jp-Envs-card">
          <Failure error={details.error} />
        </div>
      )}
      {item && <Question {...props} item={item} />}
      {item && (
        <Facts item={item} job={jobOn(item.name, props.jobs.items)} counting={details.counting} />
      )}
      {details.data ? <Contents {...props} data={details.data} /> : <Reading {...props} />}
    </section>
  );
}

function Header(props: IPanelProps & { item: Environment | null }): React.JSX.Element {
  const { state, actions, item } = props;
  const trans = useTrans();
  const header = React.useRef<HTMLDivElement>(null);
  const { name } = state.details;
  React.useEffect(() => {
    header.current?.scrollIntoView({ block: 'nearest' });
    const active = document.activeElement;
    if (!active || active === document.body || active.closest('.jp-Envs, .lm-Menu')) {
      header.current?.querySelector('button')?.focus();
    }
  }, [name]);
  return (
    <div className="jp-Envs-header" ref={header}>
      <IconButton
        icon={caretLeftIcon}
        label={trans.__('Back to the list')}
        onClick={() => state.details.close()}
      />
      <h2 className="jp-Envs-title jp-Envs-ownTitle jp-Envs-ellipsis" title={name ?? ''}>
        {name}
      </h2>
      {item && (
        <IconButton
          menu
          icon={ellipsesIcon}
          label={trans.__('Actions for %1', item.name)}
          onClick={anchor => actions.environmentMenu(item, anchor)}
        />
      )}
    </div>
  );
}

function Reading({ state, actions }: IPanelProps): React.JSX.Element {
  const trans = useTrans();
  const { name, error } = state.details;
  return (
    <div className="jp-Envs-card">
      {error ? (
        <Button
          label={trans.__('Try again')}
          onClick={() => actions.run('details', { environment: name ?? '' })}
        />
      ) : (
        <div className="jp-Envs-hint">{trans.__('Looking…')}</div>
      )}
    </div>
  );
}

/** What is known without looking into it. */
function Facts({
  item,
  job,
  counting
}: {
  item: Environment;
  job: Job | undefined;
  counting: boolean;
}): React.JSX.Element {
  const trans = useTrans();
  const tags = item.tags ?? [];
  return (
    <div className="jp-Envs-card">
      <div className="jp-Envs-line">{environmentLine(item, trans, job)}</div>
      {item.foreign && (
        <div className="jp-Envs-line jp-Envs-words">
          {trans.__('Made by %1; it is never changed from here.', item.source ?? item.kind ?? '')}
        </div>
      )}
      <Bytes item={item} counting={counting} />
      {item.last_used && (
        <div className="jp-Envs-line" title={Time.format(item.last_used)}>
          {trans.__('Last used %1', Time.formatHuman(item.last_used))}
        </div>
      )}
      {item.older_kernels > 0 && (
        <div className="jp-Envs-line">
          {trans._n(
            '%1 kernel still runs what was there before. Restart it to see the change.',
            '%1 kernels still run what was there before. Restart them to see the change.',
            item.older_kernels
          )}
        </div>
      )}
      {item.note && <p className="jp-Envs-note">{item.note}</p>}
      {tags.length > 0 && (
        <ul className="jp-Envs-chips jp-Envs-tags" aria-label={trans.__('Tags')}>
          {tags.map(tag => (
            <li key={tag} className="jp-Envs-chip jp-Envs-small">
              {tag}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What it takes on disk, once that is known. */
function Bytes(props: { item: Environment; counting: boolean }): React.JSX.Element | null {
  const trans = useTrans();
  const { item, counting } = props;
  const words = counting ? trans.__('Counting what it takes on disk…') : '';
  const text = isMeasured(item) ? sizeTitle(item, trans) : words;
  return text ? <div className="jp-Envs-line">{text}</div> : null;
}

function Contents(props: IPanelProps & { data: EnvironmentDetail }): React.JSX.Element {
  const { data, state, actions } = props;
  const trans = useTrans();
  const environment = data.name;
  const { details } = state;
  return (
    <>
      {!data.foreign && <ChangePackages {...props} />}
      {data.package_list.length === 0 ? (
        <div className="jp-Envs-card jp-Envs-hint">{trans.__('There is no package in it.')}</div>
      ) : (
        <PackageLists
          key={environment}
          detail={data}
          newer={details.newer}
          onUpdate={wish => actions.run('change', { ...wish })}
          onRemove={name => actions.run('change', { environment, remove: [name] })}
        />
      )}
      {!data.foreign && (
        <>
          <History {...props} />
          <Verify
            job={details.verifying}
            result={details.verification}
            rate={null}
            onVerify={() => actions.run('verify', { environment })}
          />
        </>
      )}
    </>
  );
}
