import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { CardAction } from '../card';
import { card } from '../card';
import { isOver } from '../jobs';
import { formFile, pinnedFile } from '../mend';
import type { BuildRequest, Environment, IModels } from '../tokens';
import { AdditionsSection } from './addSection';
import { Failure } from './basics';
import { BinderSection, ToBinder } from './binderSection';
import { Boundary } from './boundary';
import { DetailsSection } from './detailsSection';
import { DraftView } from './draftView';
import { EnvironmentsSection } from './environmentsSection';
import { Trans, useChanges, useKeptFocus, useTrans } from './hooks';
import { JobsSection } from './jobsSection';
import { NewEnvironment } from './newEnvironment';
import { NotebookCard } from './notebookCard';
import { folding, Section } from './section';
import { useHovered } from './still';

/** What the panel can ask for: each is a command, or opens a menu of commands. */
export interface IPanelActions {
  run: (
    command: keyof IPanelCommands,
    args?: Record<string, string | boolean | readonly string[] | undefined>
  ) => void;
  environmentMenu: (environment: Environment, anchor: HTMLElement) => void;
  badgeMenu: (path: string | null, anchor: HTMLElement) => void;
  sortMenu: (anchor: HTMLElement) => void;
  notebookMenu: (anchor: HTMLElement) => void;
  choiceMenu: (command: 'use' | 'pin', anchor: HTMLElement) => void;
  sourceMenu: (anchor: HTMLElement) => void;
}

/** The commands that the panel runs, by their short names. */
export type IPanelCommands = Record<
  | 'addPackage'
  | 'build'
  | 'buildOnBinder'
  | 'change'
  | 'confirmAbout'
  | 'confirmAddition'
  | 'confirmBuild'
  | 'confirmChange'
  | 'confirmFreeSpace'
  | 'confirmRemove'
  | 'confirmRename'
  | 'confirmSave'
  | 'create'
  | 'createFromFile'
  | 'details'
  | 'dropJob'
  | 'editFile'
  | 'freeSpace'
  | 'install'
  | 'lock'
  | 'lookForNewer'
  | 'newNotebook'
  | 'openLink'
  | 'openOnBinder'
  | 'pin'
  | 'plan'
  | 'planAddition'
  | 'refresh'
  | 'remove'
  | 'restartKernel'
  | 'restore'
  | 'retry'
  | 'rollback'
  | 'saveChanges'
  | 'update'
  | 'use'
  | 'verify'
  | 'writeBinder',
  string
>;

export interface IPanelProps extends IModels {
  actions: IPanelActions;
  trans: TranslationBundle;
}

/** The whole panel: this notebook, jobs while there are any, a new environment, the environments. */
export function PanelView(props: IPanelProps): React.JSX.Element {
  const { environments, jobs, pins, state, trans } = props;
  useChanges(
    environments,
    jobs,
    pins,
    pins.draft,
    state,
    state.draft,
    state.details,
    state.collector,
    state.binder
  );
  const [hovered, watch] = useHovered();
  const keep = useKeptFocus();
  return (
    <Trans.Provider value={trans}>
      <div {...watch} {...keep}>
        {state.error && (
          <div className="jp-Envs-card">
            <Failure error={state.error} />
          </div>
        )}
        <Boundary>
          <NotebookSection {...props} />
        </Boundary>
        <Boundary>
          <BinderSection {...props} />
        </Boundary>
        <Boundary>
          <AdditionsSection {...props} />
          <JobsSection {...props} hovered={hovered} fold={folding(state, 'jobs')} />
          <FormSection {...props} />
        </Boundary>
        <Boundary>
          <ListOrDetails {...props} />
        </Boundary>
      </div>
    </Trans.Provider>
  );
}

/** All environments, or one looked at closely. */
function ListOrDetails(props: IPanelProps): React.JSX.Element {
  return props.state.details.name === null ? (
    <EnvironmentsSection {...props} fold={folding(props.state, 'environments')} />
  ) : (
    <DetailsSection {...props} />
  );
}

function NotebookSection(props: IPanelProps): React.JSX.Element {
  const { environments, jobs, pins, state, actions } = props;
  const trans = useTrans();
  const { draft } = pins;
  const proposed = draft.plan ?? draft.planning ?? draft.error;
  const isConsole = pins.console !== null;
  const name = pins.status?.pin?.environment;
  const working =
    name !== undefined && jobs.items.some(job => !isOver(job) && job.environment === name);
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
            file={pinnedFile(pins)}
            onEdit={path => actions.run('editFile', { path })}
            onAgain={() => draft.request && void draft.propose(draft.request)}
            onInstall={() =>
              actions.run(isAdoption(draft.request) ? 'confirmSave' : 'confirmBuild')
            }
            onDiscard={() => void draft.discard()}
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
  } else {
    actions.run(action.kind);
  }
}

function isAdoption(request: BuildRequest | null): boolean {
  return request !== null && 'adopt' in request;
}

/** The button under a plan says what it does. */
function buildLabel({ pins, trans }: IPanelProps): string {
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

function FormSection({ catalogue, jobs, state, actions }: IPanelProps): React.JSX.Element | null {
  const trans = useTrans();
  const { form, draft } = state;
  const proposed = draft.plan ?? draft.planning ?? draft.error;
  return form === null ? null : (
    <Section title={trans.__('New environment')} {...folding(state, 'new')}>
      <NewEnvironment
        form={form}
        catalogue={catalogue}
        onChange={change => state.openForm(change)}
        onPlan={() => actions.run('plan')}
        onClose={() => state.closeForm()}
        onChooseFile={() => actions.run('createFromFile')}
        onMore={actions.sourceMenu}
      >
        {proposed && (
          <DraftView
            draft={draft}
            jobs={jobs}
            installLabel={trans.__('Install')}
            file={formFile(form)}
            onEdit={path => actions.run('editFile', { path })}
            onAgain={() => actions.run('plan')}
            onInstall={() => actions.run('install')}
            onDiscard={() => void draft.discard()}
          />
        )}
      </NewEnvironment>
    </Section>
  );
}
