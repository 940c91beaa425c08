import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { channel, size } from '../format';
import { askedAs, grouped, matching, neededBy, toNewer } from '../packages';
import type { ChangeWish, EnvironmentDetail, NewerList, Package } from '../tokens';
import { Actions, Button } from './basics';
import { useTrans } from './hooks';
import type { IRowState } from './virtualList';
import { VirtualList } from './virtualList';

/** Pixels; as the style sheet has it. */
const ROW = 26;

export interface IPackageListsProps {
  detail: EnvironmentDetail;
  /** What the channels have newer, if that was looked for. */
  newer: NewerList | null;
  onUpdate: (wish: ChangeWish) => void;
  onRemove: (name: string) => void;
}

/** What was asked for, and what that needs: the rest is folded until somebody looks for it. */
export function PackageLists(props: IPackageListsProps): React.JSX.Element {
  const { detail } = props;
  const trans = useTrans();
  const [filter, setFilter] = React.useState('');
  const [unfolded, setUnfolded] = React.useState(false);
  const [opened, setOpened] = React.useState<string | null>(null);
  const groups = React.useMemo(() => grouped(detail), [detail]);
  const requested = matching(groups.requested, filter);
  const dependencies = matching(groups.dependencies, filter);
  const searching = filter.trim() !== '';
  const list = {
    ...props,
    opened,
    onOpen: (key: string) => setOpened(key === opened ? null : key)
  };
  return (
    <>
      <input
        type="search"
        className="jp-Envs-filter"
        placeholder={trans.__('Filter packages')}
        aria-label={trans.__('Filter packages')}
        value={filter}
        onChange={event => setFilter(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape' && filter) {
            event.preventDefault();
            setFilter('');
          }
        }}
      />
      <List {...list} label={trans.__('Packages that were asked for')} items={requested} />
      {dependencies.length > 0 && (
        <Fold
          label={trans._n('%1 dependency', '%1 dependencies', dependencies.length)}
          open={unfolded || searching}
          onFold={() => setUnfolded(!unfolded)}
        />
      )}
      {(unfolded || searching) && (
        <List {...list} label={trans.__('Dependencies')} items={dependencies} />
      )}
      {searching && requested.length + dependencies.length === 0 && (
        <div className="jp-Envs-card jp-Envs-hint">
          {trans.__('No package here has “%1” in its name.', filter.trim())}
        </div>
      )}
    </>
  );
}

export function Fold(props: {
  label: string;
  open: boolean;
  onFold: () => void;
}): React.JSX.Element {
  const Caret = props.open ? caretDownIcon : caretRightIcon;
  return (
    <button
      type="button"
      className="jp-Envs-fold"
      aria-expanded={props.open}
      onClick={props.onFold}
    >
      <Caret.react tag="span" width="16px" height="16px" />
      {props.label}
    </button>
  );
}

function key(item: Package): string {
  return `${item.manager} ${item.name}`;
}

interface IListProps extends IPackageListsProps {
  label: string;
  items: readonly Package[];
  opened: string | null;
  onOpen: (key: string) => void;
}

function List(props: IListProps): React.JSX.Element | null {
  const { items, opened, onOpen } = props;
  return items.length === 0 ? null : (
    <VirtualList
      label={props.label}
      items={items}
      keyOf={key}
      rowHeight={ROW}
      className="jp-Envs-packageList"
      row={(item, state) => (
        <Row
          item={item}
          newest={newestOf(props, item)}
          open={key(item) === opened}
          state={state}
          onOpen={() => onOpen(key(item))}
        />
      )}
      below={item => key(item) === opened && <About {...props} item={item} />}
    />
  );
}

/** The newer version that a channel has of a package, or PyPI where all are from there. */
function newestOf({ detail, newer }: IListProps, item: Package): string | null {
  return item.manager === 'conda' || detail.engine === 'pypi'
    ? (newer?.packages.find(({ name }) => name === item.name)?.newest ?? null)
    : null;
}

function Row(props: {
  item: Package;
  newest: string | null;
  open: boolean;
  state: IRowState;
  onOpen: () => void;
}): React.JSX.Element {
  const { item, newest, open, state, onOpen } = props;
  const trans = useTrans();
  return (
    <button
      type="button"
      data-row
      className="jp-Envs-package"
      aria-expanded={open}
      tabIndex={state.focusable ? 0 : -1}
      onFocus={state.onFocus}
      onClick={onOpen}
    >
      <span className="jp-Envs-code jp-Envs-ellipsis" title={item.name}>
        {item.name}
      </span>
      <span className="jp-Envs-small">
        {newest === null ? item.version : `${item.version} → `}
        {newest !== null && <b title={trans.__('%1 is available', newest)}>{newest}</b>}
        {item.manager === 'pip' && ` · ${trans.__('PyPI')}`}
      </span>
    </button>
  );
}

/** Why a package is here, where it came from, and what can be done about it. */
function About(props: IListProps & { item: Package }): React.JSX.Element {
  const { detail, item, onUpdate, onRemove } = props;
  const newest = newestOf(props, item);
  const environment = detail.name;
  const trans = useTrans();
  const asked = askedAs(detail, item);
  const needed = React.useMemo(() => neededBy(detail, item), [detail, item]);
  const requested = grouped(detail).requested.includes(item);
  return (
    <div className="jp-Envs-about" role="group" aria-label={trans.__('About %1', item.name)}>
      <p>{reason(asked, requested, needed, trans)}</p>
      <p className="jp-Envs-hint">{origin(item, trans)}</p>
      {!detail.foreign && (newest !== null || requested) && (
        <Actions>
          {newest === null ? (
            <Button
              label={trans.__('Update…')}
              onClick={() => onUpdate({ environment, update: [item.name] })}
            />
          ) : (
            <Button
              label={trans.__('Update to %1…', newest)}
              onClick={() => onUpdate(toNewer(detail, item, newest))}
            />
          )}
          {requested && <Button label={trans.__('Remove…')} onClick={() => onRemove(item.name)} />}
        </Actions>
      )}
    </div>
  );
}

function reason(
  asked: string | null,
  requested: boolean,
  needed: readonly string[],
  trans: ReturnType<typeof useTrans>
): string {
  const parts = [
    asked !== null
      ? trans.__('Asked for as %1.', asked)
      : requested
        ? trans.__('Asked for by name.')
        : '',
    needed.length > 0 ? trans.__('Needed by %1.', needed.join(', ')) : ''
  ].filter(text => text);
  return parts.join(' ') || trans.__('Nothing that was asked for needs it.');
}

/** The build, the channel's folder and the archive's size. */
function origin(item: Package, trans: ReturnType<typeof useTrans>): string {
  const folder = item.url.split('/').slice(0, -2).join('/');
  const parts =
    item.manager === 'pip'
      ? [trans.__('from PyPI')]
      : [item.build, item.subdir, folder && trans.__('from %1', channel(folder))];
  return [...parts, item.size === null ? '' : size(item.size)].filter(text => text).join(' · ');
}
