import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { formFile } from '../mend';
import type { Environment, IModels } from '../tokens';
import { AdditionsSection } from './addSection';
import { Announcer } from './announcer';
import { Failure } from './basics';
import { BinderSection } from './binderSection';
import { Boundary } from './boundary';
import { DetailsSection } from './detailsSection';
import { DraftView } from './draftView';
import { EnvironmentsSection } from './environmentsSection';
import { Trans, useChanges, useKeptFocus, useTrans } from './hooks';
import { JobsSection } from './jobsSection';
import { NewEnvironment } from './newEnvironment';
import { NotebookSection } from './notebookSection';
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
  | 'confirmFromBeside'
  | 'confirmRemove'
  | 'confirmRename'
  | 'confirmSave'
  | 'create'
  | 'createFromFile'
  | 'createFromImports'
  | 'details'
  | 'dropJob'
  | 'editFile'
  | 'freeSpace'
  | 'fromBeside'
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
        <Boundary>
          <Announcer jobs={jobs} />
        </Boundary>
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
