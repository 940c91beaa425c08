import { ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { size } from '../format';
import type { EnvsError } from '../request';
import { environmentLine, environmentShort, isMeasured, rowTone, sizeTitle } from '../rows';
import type { Environment, Job } from '../tokens';
import { Dot, IconButton } from './basics';
import { useTrans } from './hooks';
import { RemoveQuestion } from './removeQuestion';
import type { IRowState } from './virtualList';
import { VirtualList } from './virtualList';

export interface IEnvironmentListProps {
  items: readonly Environment[];
  /** What one has of the packages that the list is filtered by. */
  holds?: (item: Environment) => string;
  /** The job that an environment is in the hands of. */
  job?: (item: Environment) => Job | undefined;
  /** The environment that the current notebook runs in. */
  current: string | null;
  removing: { readonly name: string; readonly error: EnvsError | null } | null;
  /** The one whose row takes the focus when the list appears. */
  initial: string | null;
  /** The one that something is asked about. */
  asking: string | null;
  onOpen: (item: Environment) => void;
  onMenu: (item: Environment, anchor: HTMLElement) => void;
  onRemove: (item: Environment) => void;
  onConfirmRemove: (name: string, force: boolean) => void;
  onKeep: () => void;
  /** The question about name or note that is open below a row. */
  question: (item: Environment) => React.ReactNode;
}

/** Pixels; as the style sheet has it. */
const ROW = 42;

/** The environments as rows of two lines: arrows move, Enter opens a row's menu, the right arrow its details, Delete asks. */
export function EnvironmentList(props: IEnvironmentListProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <VirtualList
      label={trans.__('Environments')}
      items={props.items}
      keyOf={item => item.name}
      rowHeight={ROW}
      initial={props.initial}
      row={(item, state) => (
        <Row
          item={item}
          holds={props.holds?.(item) ?? ''}
          job={props.job?.(item)}
          current={item.name === props.current}
          state={state}
          onOpen={() => props.onOpen(item)}
          onMenu={anchor => props.onMenu(item, anchor)}
          onRemove={() => props.onRemove(item)}
        />
      )}
      below={item => below(props, item)}
    />
  );
}

/** What is asked below a row. */
function below(props: IEnvironmentListProps, item: Environment): React.ReactNode {
  if (props.removing?.name === item.name) {
    return (
      <RemoveQuestion
        name={item.name}
        error={props.removing.error}
        onRemove={force => props.onConfirmRemove(item.name, force)}
        onKeep={props.onKeep}
      />
    );
  }
  return props.asking === item.name ? props.question(item) : null;
}

interface IRowProps {
  item: Environment;
  holds: string;
  job: Job | undefined;
  current: boolean;
  state: IRowState;
  onOpen: () => void;
  onMenu: (anchor: HTMLElement) => void;
  onRemove: () => void;
}

function Row(props: IRowProps): React.JSX.Element {
  const trans = useTrans();
  const { item, job } = props;
  const has = props.holds ? trans.__('has %1', props.holds) : '';
  const line = joined(has, environmentLine(item, trans, job));
  const sizes = sizeTitle(item, trans);
  return (
    <div className={`jp-Envs-row${props.current ? ' jp-mod-current' : ''}`}>
      <div
        className="jp-Envs-rowMain"
        data-row
        role="button"
        aria-haspopup="menu"
        aria-current={props.current || undefined}
        aria-label={`${item.name}, ${joined(line, sizes)}`}
        tabIndex={props.state.focusable ? 0 : -1}
        onFocus={props.state.onFocus}
        onClick={event => props.onMenu(event.currentTarget)}
        onKeyDown={event => onKey(event, props)}
      >
        <Dot tone={rowTone(item)} />
        <div className="jp-Envs-text">
          <div className="jp-Envs-ellipsis" title={[item.name, item.note ?? ''].join('\n').trim()}>
            {item.name}
            {item.foreign && <span className="jp-Envs-source">{item.source ?? item.kind}</span>}
            {!item.foreign && item.engine === 'pypi' && (
              <span className="jp-Envs-source" title={trans.__('Made of PyPI packages alone')}>
                PyPI
              </span>
            )}
          </div>
          <div className="jp-Envs-small jp-Envs-ellipsis" title={line}>
            {joined(has, environmentShort(item, trans, job))}
          </div>
        </div>
        <span className="jp-Envs-small" title={sizes}>
          {isMeasured(item) ? size(item.size.own) : ''}
        </span>
      </div>
      <IconButton
        menu
        icon={ellipsesIcon}
        label={trans.__('Actions for %1', item.name)}
        tabIndex={-1}
        onClick={props.onMenu}
      />
    </div>
  );
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join(' · ');
}

function onKey(event: React.KeyboardEvent<HTMLElement>, props: IRowProps): void {
  if (event.key === 'Enter' || event.key === ' ') {
    props.onMenu(event.currentTarget);
  } else if (event.key === 'ArrowRight') {
    props.onOpen();
  } else if (event.key === 'Delete') {
    props.onRemove();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}
