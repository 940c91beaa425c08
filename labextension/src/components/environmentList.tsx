import { ellipsesIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Tone } from '../card';
import { environmentLine, environmentShort, size } from '../format';
import type { EnvsError } from '../request';
import type { Environment } from '../tokens';
import { Dot, IconButton } from './basics';
import { useTrans } from './hooks';
import { RemoveQuestion } from './removeQuestion';

export interface IEnvironmentListProps {
  items: readonly Environment[];
  /** The environment that the current notebook runs in. */
  current: string | null;
  removing: { readonly name: string; readonly error: EnvsError | null } | null;
  onMenu: (item: Environment, anchor: HTMLElement) => void;
  onRemove: (item: Environment) => void;
  onConfirmRemove: (name: string, force: boolean) => void;
  onKeep: () => void;
  /** The question about name or note that is open below a row. */
  question: (item: Environment) => React.ReactNode;
}

/** The environments as rows of two lines: arrows move, Enter opens a row's menu, Delete asks. */
export function EnvironmentList(props: IEnvironmentListProps): React.JSX.Element {
  const trans = useTrans();
  const { items } = props;
  const [active, setActive] = React.useState<string | null>(null);
  const list = React.useRef<HTMLUListElement>(null);
  const focused = items.some(item => item.name === active) ? active : items[0]?.name;
  const move = (index: number) => {
    const rows = list.current?.querySelectorAll<HTMLElement>('.jp-Envs-rowMain');
    rows?.[Math.max(0, Math.min(rows.length - 1, index))]?.focus();
  };
  return (
    <ul className="jp-Envs-list" aria-label={trans.__('Environments')} ref={list}>
      {items.map((item, index) => (
        <li key={item.name}>
          <Row
            item={item}
            current={item.name === props.current}
            focusable={item.name === focused}
            onFocus={() => setActive(item.name)}
            onMove={step => move(step === 'first' ? 0 : step === 'last' ? Infinity : index + step)}
            onMenu={anchor => props.onMenu(item, anchor)}
            onRemove={() => props.onRemove(item)}
          />
          {props.removing?.name === item.name && (
            <RemoveQuestion
              name={item.name}
              error={props.removing.error}
              onRemove={force => props.onConfirmRemove(item.name, force)}
              onKeep={props.onKeep}
            />
          )}
          {props.question(item)}
        </li>
      ))}
    </ul>
  );
}

type Step = -1 | 1 | 'first' | 'last';

const STEPS: Readonly<Record<string, Step>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  Home: 'first',
  End: 'last'
};

interface IRowProps {
  item: Environment;
  current: boolean;
  focusable: boolean;
  onFocus: () => void;
  onMove: (step: Step) => void;
  onMenu: (anchor: HTMLElement) => void;
  onRemove: () => void;
}

function Row(props: IRowProps): React.JSX.Element {
  const trans = useTrans();
  const { item } = props;
  const line = environmentLine(item, trans);
  return (
    <div className={`jp-Envs-row${props.current ? ' jp-mod-current' : ''}`}>
      <div
        className="jp-Envs-rowMain"
        role="button"
        aria-haspopup="menu"
        aria-current={props.current || undefined}
        aria-label={`${item.name}, ${line}`}
        tabIndex={props.focusable ? 0 : -1}
        onFocus={props.onFocus}
        onClick={event => props.onMenu(event.currentTarget)}
        onKeyDown={event => onKey(event, props)}
      >
        <Dot tone={tone(item)} />
        <div className="jp-Envs-text">
          <div className="jp-Envs-ellipsis" title={item.name}>
            {item.name}
          </div>
          <div className="jp-Envs-small jp-Envs-ellipsis" title={line}>
            {environmentShort(item, trans)}
          </div>
        </div>
        <span className="jp-Envs-small" title={item.foreign ? '' : sizeTitle(item, trans)}>
          {item.foreign ? '' : size(item.size.own)}
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

function tone(item: Environment): Tone {
  if (item.state !== 'ready') {
    return 'error';
  }
  return item.foreign ? 'off' : 'ok';
}

function onKey(event: React.KeyboardEvent<HTMLElement>, props: IRowProps): void {
  const step = STEPS[event.key] as Step | undefined;
  if (step !== undefined) {
    props.onMove(step);
  } else if (event.key === 'Enter' || event.key === ' ') {
    props.onMenu(event.currentTarget);
  } else if (event.key === 'Delete') {
    props.onRemove();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function sizeTitle(item: Environment, trans: TranslationBundle): string {
  return trans.__(
    '%1 of its own, %2 shared with the package cache',
    size(item.size.own),
    size(item.size.shared)
  );
}
