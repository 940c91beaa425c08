import { PathExt } from '@jupyterlab/coreutils';
import * as React from 'react';

import type { CardAction } from '../card';
import { card } from '../card';
import { isOver } from '../jobs';
import { pinnedFile } from '../mend';
import { EMPTY } from '../newEnvironment';
import type { BuildRequest, CreateRequest } from '../tokens';
import { ToBinder } from './binderSection';
import { DraftView } from './draftView';
import { useTrans } from './hooks';
import { useInside } from './inside';
import { NotebookCard } from './notebookCard';
import type { IPanelActions, IPanelCommands, IPanelProps } from './panelView';
import { folding, Section } from './section';

/** The notebook or console in front, and what is planned for it. */
export function NotebookSection(props: IPanelProps): React.JSX.Element {
  const { environments, jobs, pins, state, actions } = props;
  const trans = useTrans();
  const { draft, status } = pins;
  const proposed = draft.plan ?? draft.planning ?? draft.error;
  const isConsole = pins.console !== null;
  const name = status?.pin?.environment;
  const meant = name ?? status?.beside?.environment;
  const inside = useInside(pins);
  const working = jobs.items.some(job => !isOver(job) && job.environment === meant);
  return (
    <Section
      title={isConsole ? trans.__('This console') : trans.__('This notebook')}
      {...folding(state, 'notebook')}
    >
      <NotebookCard
        path={pins.path ?? pins.console}
        isConsole={isConsole}
        card={card(pins, environments, trans)}
        error={pins.error}
        inside={status?.verdict.state === 'missing' ? inside : null}
        busy={pins.busy || working}
        onSwitch={anchor => actions.choiceMenu('use', anchor)}
        onMenu={actions.notebookMenu}
        onRestart={() => actions.run('restartKernel')}
        onAgain={() => actions.run('refresh')}
        extra={name !== undefined && <ToBinder actions={actions} />}
        onAdd={environment => actions.run('addPackage', { environment })}
        onAction={(action, anchor) => mendIt(action, anchor, actions)}
      >
        {proposed && (
          <DraftView
            draft={draft}
            jobs={jobs}
            installLabel={buildLabel(props)}
            file={fromFile(draft.request)?.filename ?? pinnedFile(pins)}
            onEdit={path => actions.run('editFile', { path })}
            onAgain={() => draft.request && void draft.propose(draft.request)}
            onInstall={() => actions.run(confirmation(draft.request))}
            onDiscard={() => void draft.discard()}
            onName={() => askForName(props)}
            remarks={
              fromFile(draft.request) && [trans.__('The notebook is pinned to it and runs in it.')]
            }
          />
        )}
      </NotebookCard>
    </Section>
  );
}

/** Do the one thing that mends the state of the current notebook. */
function mendIt(action: CardAction, anchor: HTMLElement, actions: IPanelActions): void {
  if (action.kind === 'choose') {
    actions.choiceMenu('pin', anchor);
  } else if (action.kind === 'new') {
    actions.run('create');
  } else if (action.kind === 'use' || action.kind === 'pin') {
    actions.run(action.kind, { environment: action.environment.name });
  } else if (action.kind === 'fromImports') {
    actions.run('createFromImports');
  } else {
    actions.run(action.kind);
  }
}

function isAdoption(request: BuildRequest | null): boolean {
  return request !== null && 'adopt' in request;
}

/** The request that is made of the file beside the notebook. */
function fromFile(
  request: BuildRequest | null
): (CreateRequest & { filename?: string }) | undefined {
  return request && 'filename' in request ? request : undefined;
}

function confirmation(request: BuildRequest | null): keyof IPanelCommands {
  if (isAdoption(request)) {
    return 'confirmSave';
  }
  return fromFile(request) ? 'confirmFromBeside' : 'confirmBuild';
}

/** The form for a new environment has a field for its name. */
function askForName({ pins, state }: IPanelProps): void {
  const request = fromFile(pins.draft.request);
  if (request?.filename !== undefined) {
    const { filename: path, file: text = '', name = '' } = request;
    state.openForm({ ...EMPTY, name, file: { name: PathExt.basename(path), path, text } });
    void pins.draft.discard();
  }
}

/** The button under a plan says what it does. */
function buildLabel({ pins, trans }: IPanelProps): string {
  if (fromFile(pins.draft.request)) {
    return trans.__('Build and pin');
  }
  if (isAdoption(pins.draft.request)) {
    return trans.__('Save to file');
  }
  switch (pins.status?.verdict.state) {
    case 'missing':
      return trans.__('Build environment');
    case 'outdated':
      return trans.__('Update environment');
    default:
      return trans.__('Restore the lock');
  }
}
