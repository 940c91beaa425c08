import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { Catalogue } from './catalogue';
import { onChange } from './changes';
import { addCommands, PALETTE } from './commands';
import { Draft, toBuild } from './draft';
import type { Sort } from './listing';
import { SORTS } from './listing';
import { JobsModel } from './jobs';
import { EnvironmentsModel } from './model';
import { EnvsPanel, PANEL_ID } from './panel';
import { panelState } from './panelState';
import { PinsModel } from './pin';
import { status, toolbar } from './plugins/badges';
import { files } from './plugins/files';
import { additions, offers } from './plugins/missing';
import { notifications } from './plugins/notifications';
import { preferences } from './plugins/preferences';
import { makeRequest } from './request';
import type { BuildRequest } from './tokens';
import {
  IAdditions,
  ICatalogue,
  IEnvironments,
  IJobs,
  IPanelState,
  IPins,
  IPreferences
} from './tokens';

export {
  IAdditions,
  ICatalogue,
  IEnvironments,
  IJobs,
  IPanelState,
  IPins,
  IPreferences
} from './tokens';

const jobs: JupyterFrontEndPlugin<IJobs> = {
  id: 'jupyter-envs:jobs',
  description: 'Long operations on environments: progress, result, log, cancellation.',
  autoStart: true,
  provides: IJobs,
  activate: ({ serviceManager }: JupyterFrontEnd): IJobs => {
    const model = new JobsModel(makeRequest(serviceManager.serverSettings));
    onChange(serviceManager.events.stream, change => {
      if (change.resource !== 'jobs') {
        return;
      }
      if (change.action === 'removed') {
        model.gone(change.id);
      } else {
        void model.hint(change.id);
      }
    });
    void model.refresh().catch(() => undefined);
    return model;
  }
};

const environments: JupyterFrontEndPlugin<IEnvironments> = {
  id: 'jupyter-envs:environments',
  description: 'The environments of this server. New kernels show up in the launcher at once.',
  autoStart: true,
  requires: [IJobs],
  provides: IEnvironments,
  activate: ({ serviceManager }: JupyterFrontEnd, jobs: IJobs): IEnvironments => {
    const model = new EnvironmentsModel(makeRequest(serviceManager.serverSettings), jobs);
    onChange(serviceManager.events.stream, change => {
      if (change.resource === 'environments') {
        void model.refresh();
      }
    });
    // if that fails, they are read again later by JupyterLab itself
    const ignore = () => undefined;
    model.kernelsChanged.connect(
      () => void serviceManager.kernelspecs.refreshSpecs().catch(ignore)
    );
    let running = '';
    serviceManager.kernels.runningChanged.connect((_, kernels) => {
      const now = kernels.map(kernel => kernel.id).join();
      if (now !== running) {
        running = now;
        void model.refresh();
      }
    });
    void model.refresh();
    return model;
  }
};

const pins: JupyterFrontEndPlugin<IPins> = {
  id: 'jupyter-envs:pins',
  description: "The current notebook's pin: what it says it runs in, and what is on this machine.",
  autoStart: true,
  requires: [IJobs, INotebookTracker],
  // not every application has consoles
  optional: [IConsoleTracker],
  provides: IPins,
  activate: (
    { serviceManager, shell }: JupyterFrontEnd,
    jobs: IJobs,
    tracker: INotebookTracker,
    consoles: IConsoleTracker | null
  ): IPins => {
    const { contents, kernelspecs, events } = serviceManager;
    const request = makeRequest(serviceManager.serverSettings);
    const draft = new Draft<BuildRequest>(request, jobs, toBuild);
    const places = { tracker, consoles, shell };
    const model = new PinsModel(request, jobs, draft, { ...places, contents, kernelspecs });
    onChange(events.stream, change => {
      if (change.resource === 'environments' || change.id === model.path) {
        void model.refresh();
      }
    });
    return model;
  }
};

const catalogue: JupyterFrontEndPlugin<ICatalogue> = {
  id: 'jupyter-envs:catalogue',
  description: 'What can be installed: packages of the channels, templates, imports of notebooks.',
  autoStart: true,
  provides: ICatalogue,
  activate: ({ serviceManager }: JupyterFrontEnd): ICatalogue =>
    new Catalogue(makeRequest(serviceManager.serverSettings))
};

const commands: JupyterFrontEndPlugin<IPanelState> = {
  id: 'jupyter-envs:commands',
  description: 'What can be done with environments, pins and jobs, as commands.',
  autoStart: true,
  requires: [IEnvironments, IJobs, IPins, ICatalogue, IDocumentManager],
  optional: [IAdditions, IPreferences, ITranslator, ICommandPalette],
  provides: IPanelState,
  activate: (
    app: JupyterFrontEnd,
    environments: IEnvironments,
    jobs: IJobs,
    pins: IPins,
    catalogue: ICatalogue,
    docManager: IDocumentManager,
    additions: IAdditions | null,
    preferences: IPreferences | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ): IPanelState => {
    const language = translator ?? nullTranslator;
    const trans = language.load('jupyter_envs');
    const request = makeRequest(app.serviceManager.serverSettings);
    const state = panelState(request, environments, jobs);
    // a pin's verdict was come to by looking at its environment
    pins.changed.connect(
      () => pins.status?.environment && environments.hear(pins.status.environment)
    );
    addCommands({
      commands: app.commands,
      environments,
      jobs,
      pins,
      catalogue,
      additions,
      preferences,
      state,
      docManager,
      translator: language,
      trans,
      reveal: () => app.shell.activateById(PANEL_ID)
    });
    const category = trans.__('Environments');
    PALETTE.forEach(command => palette?.addItem({ command, category }));
    return state;
  }
};

const panel: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-envs:panel',
  description: 'The environments sidebar.',
  autoStart: true,
  requires: [IEnvironments, IJobs, IPins, ICatalogue, IPanelState],
  optional: [IAdditions, ITranslator, ILayoutRestorer, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    environments: IEnvironments,
    jobs: IJobs,
    pins: IPins,
    catalogue: ICatalogue,
    state: IPanelState,
    additions: IAdditions | null,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    memory: IStateDB | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const widget = new EnvsPanel(
      { environments, jobs, pins, catalogue, additions, state, trans },
      app.commands
    );
    app.shell.add(widget, 'left', { rank: 600 });
    restorer?.add(widget, widget.id);
    if (memory) {
      const warn = (reason: unknown) => console.warn('Folds and order are not remembered.', reason);
      remember(state, memory).catch(warn);
    }
  }
};

/** What is remembered of the panel. */
interface IMemory {
  folded?: string[];
  sort?: Sort;
}

/** Folds and order stay. The state can be read only after all plugins are active: none may wait for it. */
async function remember(state: IPanelState, memory: IStateDB): Promise<void> {
  const saved = (await memory.fetch(PANEL_ID)) as IMemory | undefined;
  state.fold(saved?.folded ?? []);
  state.sortBy(SORTS.find(sort => sort === saved?.sort) ?? 'name');
  let { folded, sort } = state;
  state.changed.connect(() => {
    if (state.folded !== folded || state.sort !== sort) {
      ({ folded, sort } = state);
      memory.save(PANEL_ID, { folded: [...folded], sort }).catch(() => undefined);
    }
  });
}

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  jobs,
  environments,
  pins,
  catalogue,
  preferences,
  additions,
  commands,
  files,
  offers,
  notifications,
  toolbar,
  status,
  panel
];

export default plugins;
