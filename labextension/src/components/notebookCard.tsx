import { ellipsesIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { CardAction, ICard } from '../card';
import { difference } from '../format';
import type { EnvsError } from '../request';
import type { Difference } from '../tokens';
import { Actions, Button, Failure, IconButton, Sentence } from './basics';
import { WithFiles } from './code';
import { useTrans } from './hooks';
import type { IInside } from './inside';
import { InsideButton, InsideView } from './inside';
import { PackageRow } from './packageRow';

export interface INotebookCardProps {
  /** The notebook's path, or the console's title; null without either. */
  path: string | null;
  isConsole: boolean;
  card: ICard | null;
  error: EnvsError | null;
  /** Something is being done about it: its action waits. */
  busy: boolean;
  onAction: (action: CardAction, anchor: HTMLElement) => void;
  onSwitch: (anchor: HTMLElement) => void;
  onMenu: (anchor: HTMLElement) => void;
  onRestart: () => void;
  /** Look again. */
  onAgain: () => void;
  /** What the lock of an environment has that is not here; null where that is no question. */
  inside: IInside | null;
  /** Further buttons, where nothing is being built. */
  extra?: React.ReactNode;
  /** Say which packages to add to an environment. */
  onAdd: (environment: string) => void;
  /** Plan, progress or failure of what is to be built, if there is any. */
  children?: React.ReactNode;
}

/** Does this notebook run in what it says it runs in? One dot, one sentence, one button. */
export function NotebookCard(props: INotebookCardProps): React.JSX.Element {
  const trans = useTrans();
  const { path, error } = props;
  const open = path !== null;
  const card = open && !error ? props.card : null;
  return (
    <div className={`jp-Envs-card${open ? '' : ' jp-Envs-hint'}`}>
      {open && (
        <div className="jp-Envs-file" title={path}>
          {path.split('/').pop()}
        </div>
      )}
      {open && error && <CardFailure {...props} error={error} />}
      {open && !error && !card && <div className="jp-Envs-line">{trans.__('Looking…')}</div>}
      {card && <CardHead card={card} />}
      {/* always there: what appears together with its words may go unheard */}
      <div role="status">
        {!open && trans.__('Open a notebook or a console to see what it runs in.')}
        {card && (
          <Sentence tone={card.tone}>
            <WithFiles text={card.sentence} />
          </Sentence>
        )}
      </div>
      {card && <CardBody {...props} card={card} />}
    </div>
  );
}

function CardHead({ card }: { card: ICard }): React.JSX.Element {
  return (
    <>
      <div className="jp-Envs-name" title={card.title}>
        {card.title}
      </div>
      <div className="jp-Envs-line">{card.line}</div>
    </>
  );
}

/** Nothing is known now; what is being planned or built goes on. */
function CardFailure(props: INotebookCardProps & { error: EnvsError }): React.JSX.Element {
  const trans = useTrans();
  return (
    <>
      <Failure error={props.error} />
      {props.children ?? (
        <Actions>
          <Button label={trans.__('Try again')} onClick={props.onAgain} />
          <IconButton
            menu
            icon={ellipsesIcon}
            label={trans.__('More for this notebook')}
            onClick={props.onMenu}
          />
        </Actions>
      )}
    </>
  );
}

/** What can be done about it. */
function CardBody(props: INotebookCardProps & { card: ICard }): React.JSX.Element {
  const trans = useTrans();
  const { card, busy, inside, children } = props;
  const action = card.action;
  return (
    <>
      {!children && <Differences items={card.differences} />}
      {!children && inside && <InsideView inside={inside} />}
      {!children && card.older && <Older {...props} />}
      {children ?? (
        <Actions>
          {action && <CardButton {...props} action={action} primary />}
          {inside && <InsideButton inside={inside} />}
          {card.second && <CardButton {...props} action={card.second} />}
          <Button menu disabled={busy} label={trans.__('Switch ▾')} onClick={props.onSwitch} />
          <AddButton {...props} />
          {props.extra}
          <IconButton
            menu
            icon={ellipsesIcon}
            label={
              props.isConsole
                ? trans.__('More for this console')
                : trans.__('More for this notebook')
            }
            onClick={props.onMenu}
          />
        </Actions>
      )}
    </>
  );
}

function AddButton(
  props: Pick<INotebookCardProps, 'busy' | 'onAdd'> & { card: ICard }
): React.JSX.Element | null {
  const trans = useTrans();
  const { adds } = props.card;
  return adds === null ? null : (
    <Button
      disabled={props.busy}
      label={trans.__('Add package…')}
      onClick={() => props.onAdd(adds)}
    />
  );
}

function CardButton(
  props: Pick<INotebookCardProps, 'busy' | 'onAction'> & { action: CardAction; primary?: boolean }
): React.JSX.Element {
  const trans = useTrans();
  const { action } = props;
  return (
    <Button
      primary={props.primary}
      disabled={props.busy}
      menu={action.kind === 'choose'}
      label={actionLabel(action, trans)}
      onClick={anchor => props.onAction(action, anchor)}
    />
  );
}

/** The environment was changed while this kernel runs. */
function Older(props: Pick<INotebookCardProps, 'busy' | 'onRestart'>): React.JSX.Element {
  const trans = useTrans();
  return (
    <>
      <div className="jp-Envs-hint">
        {trans.__('The environment has changed since a kernel of it started.')}
      </div>
      <Actions>
        <Button
          disabled={props.busy}
          label={trans.__('Restart the kernel…')}
          onClick={props.onRestart}
        />
      </Actions>
    </>
  );
}

function actionLabel(action: CardAction, trans: TranslationBundle): string {
  switch (action.kind) {
    case 'build':
      return trans.__('Build environment…');
    case 'restore':
      return trans.__('Restore the lock…');
    case 'saveChanges':
      return trans.__('Save to file…');
    case 'update':
      return trans.__('Show the plan');
    case 'lock':
      return trans.__('Lock for this machine');
    case 'choose':
      return trans.__('Pin to ▾');
    case 'new':
      return trans.__('New environment…');
    case 'fromImports':
      return trans.__('From its imports…');
    case 'use':
      return trans.__('Switch to %1', action.environment.name);
    case 'fromBeside':
      return trans.__('Build from %1…', action.file);
    case 'pin':
      return trans.__('Pin to %1', action.environment.name);
  }
}

/** The packages that are not as locked. */
function Differences({ items }: { items: readonly Difference[] }): React.JSX.Element | null {
  const trans = useTrans();
  return items.length === 0 ? null : (
    <div
      className="jp-Envs-scroll"
      tabIndex={0}
      role="region"
      aria-label={trans.__('What differs from the lock')}
    >
      <table className="jp-Envs-table">
        <tbody>
          {items.map(item => (
            <PackageRow
              key={`${item.manager} ${item.name}`}
              name={item.name}
              note={difference(item, trans)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
