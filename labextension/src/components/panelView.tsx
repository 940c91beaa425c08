import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { card } from '../card';
import { isOver } from '../jobs';
import { formFile, pinnedFile } from '../mend';
import type {
  BuildRequest,
  Environment,
  IAdditions,
  ICatalogue,
  IEnvironments,
  IJobs,
  IPanelState,
  IPins,
  Job
} from '../tokens';
import { AddCard } from './addSection';
import { Failure } from './basics';
import { DraftView } from './draftView';
import { EnvironmentsSection } from './environmentsSection';
import { Trans, useChanges, useTrans } from './hooks';
import { JobList } from './jobList';
import { useHovered, useLingering } from './still';
import { NewEnvironment } from './newEnvironment';
import { NotebookCard } from './notebookCard';
import { Section } from './section';

/** What the panel can ask for: each is a command, or opens a menu of commands. */
export interface IPanelActions {
  run: (command: keyof IPanelCommands, args?: Record<string, string | boolean | string[]>) => void;
  environmentMenu: (environment: Environment, anchor: HTMLElement) => void;
  notebookMenu: (anchor: HTMLElement) => void;
  choiceMenu: (command: 'use' | 'pin', anchor: HTMLElement) => void;
  sourceMenu: (anchor: HTMLElement) => void;
}

/** The commands that the panel runs, by their short names. */
export type IPanelCommands = Record<
  | 'build'
  | 'confirmAbout'
  | 'confirmAddition'
  | 'confirmBuild'
  | 'confirmRemove'
  | 'confirmRename'
  | 'confirmSave'
  | 'create'
  | 'createFromFile'
  | 'dropJob'
  | 'editFile'
  | 'install'
  | 'lock'
  | 'newNotebook'
  | 'pin'
  | 'plan'
  | 'refresh'
  | 'remove'
  | 'restartKernel'
  | 'restore'
  | 'retry'
  | 'saveChanges'
  | 'update'
  | 'use',
  string
>;

export interface IPanelProps {
  environments: IEnvironments;
  jobs: IJobs;
  pins: IPins;
  catalogue: ICatalogue;
  additions: IAdditions | null;
  state: IPanelState;
  actions: IPanelActions;
  trans: TranslationBundle;
}

/** The whole panel: this notebook, jobs while there are any, a new environment, the environments. */
export function PanelView(props: IPanelProps): React.JSX.Element {
  const { additions, environments, jobs, pins, state, trans } = props;
  useChanges(environments, jobs, pins, pins.draft, state, state.draft);
  const [hovered, watch] = useHovered();
  return (
    <Trans.Provider value={trans}>
      <div {...watch}>
        {state.error && (
          <div className="jp-Envs-card">
            <Failure error={state.error} />
          </div>
        )}
        <NotebookSection {...props} />
        {additions && (
          <AddCard
            additions={additions}
            jobs={jobs}
            onInstall={() => props.actions.run('confirmAddition')}
            onDiscard={() => void additions.discard()}
          />
        )}
        <JobsSection {...props} hovered={hovered} />
        <FormSection {...props} />
        <EnvironmentsSection {...props} fold={folding(state, 'environments')} />
      </div>
    </Trans.Provider>
  );
}

function folding(state: IPanelState, section: string): { folded: boolean; onFold: () => void } {
  const folded = state.folded.has(section);
  const others = [...state.folded].filter(name => name !== section);
  return { folded, onFold: () => state.fold(folded ? others : [...others, section]) };
}

function NotebookSection(props: IPanelProps): React.JSX.Element {
  const { environments, jobs, pins, state, actions } = props;
  const trans = useTrans();
  const { draft } = pins;
  const proposed = draft.plan ?? draft.planning ?? draft.error;
  const name = pins.status?.pin?.environment;
  const working =
    name !== undefined && jobs.items.some(job => !isOver(job) && job.environment === name);
  return (
    <Section title={trans.__('This notebook')} {...folding(state, 'notebook')}>
      <NotebookCard
        path={pins.path}
        card={card(pins, environments, trans)}
        error={pins.error}
        busy={pins.busy || working}
        onSwitch={anchor => actions.choiceMenu('use', anchor)}
        onMenu={actions.notebookMenu}
        onRestart={() => actions.run('restartKernel')}
        onAction={(action, anchor) => {
          if (action.kind === 'choose') {
            actions.choiceMenu('pin', anchor);
          } else if (action.kind === 'new') {
            actions.run('create');
          } else if (action.kind === 'use' || action.kind === 'pin') {
            actions.run(action.kind, { environment: action.environment.name });
          } else {
            actions.run(action.kind);
          }
        }}
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

function JobsSection({
  additions,
  environments,
  jobs,
  pins,
  state,
  actions,
  hovered
}: IPanelProps & { hovered: boolean }): React.JSX.Element | null {
  const trans = useTrans();
  const drafts = [pins.draft, state.draft, additions?.draft];
  const others = jobs.items.filter(job => !drafts.some(draft => draft?.owns(job)));
  const wanted = others.filter(job => isShown(job, jobs));
  const items = useLingering(wanted, others, hovered);
  /** The job was news: it has been taken note of. */
  const follow = (job: Job, command: 'use' | 'newNotebook' | 'restartKernel') => {
    actions.run(command, { environment: job.environment ?? '' });
    actions.run('dropJob', { job: job.id });
  };
  const running = environments.byKernel(pins.kernel?.name)?.name;
  const runsIn = (job: Job) => running !== undefined && job.environment === running;
  const isPinned = (job: Job) => pins.status?.pin?.environment === job.environment;
  return items.length === 0 ? null : (
    <Section title={trans.__('Jobs')} {...folding(state, 'jobs')}>
      <JobList
        jobs={jobs}
        items={items}
        actions={job => ({
          onDrop: () => actions.run('dropJob', { job: job.id }),
          file: formFile(state.formOf(job.id)) ?? (isPinned(job) ? pinnedFile(pins) : null),
          onEdit: path => actions.run('editFile', { path }),
          onRetry: state.formOf(job.id) ? () => actions.run('retry', { job: job.id }) : null,
          onUse: pins.path === null || runsIn(job) ? null : () => follow(job, 'use'),
          onRestart: runsIn(job) ? () => follow(job, 'restartKernel') : null,
          onNewNotebook: () => follow(job, 'newNotebook')
        })}
      />
    </Section>
  );
}

/** Running and failed jobs stay; what ended well is news only where it was watched. */
function isShown(job: Job, jobs: IJobs): boolean {
  switch (job.state) {
    case 'done':
      return job.kind === 'create' && jobs.isNews(job);
    case 'cancelled':
      return job.kind !== 'plan' && jobs.isNews(job);
    default:
      return true;
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
