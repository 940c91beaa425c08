import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { ConsolePanel } from '@jupyterlab/console';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { IBadge } from '../badge';
import { currentBadge } from '../badge';
import { CommandIDs } from '../commands';
import { BadgeWidget } from '../components/badge';
import { IEnvironments, IPanelState, IPins, IPreferences } from '../tokens';

/** The environment's name with its dot in the toolbar of each notebook and console; its place is in the schema of the same name. */
export const toolbar: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-envs:toolbar',
  description: "The environment's name with its dot in the notebook's toolbar.",
  autoStart: true,
  requires: [IToolbarWidgetRegistry, IEnvironments, IPins, IPanelState],
  optional: [IPreferences, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    registry: IToolbarWidgetRegistry,
    environments: IEnvironments,
    pins: IPins,
    _: IPanelState,
    preferences: IPreferences | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { contents } = app.serviceManager;
    const sources = [environments, pins, ...(preferences ? [preferences] : [])];
    const place = (isCurrent: () => boolean) => {
      // what is known of one that is not the current one is what was known when it was
      let last: IBadge | null = null;
      const badge = () => {
        if (isCurrent()) {
          last = currentBadge(pins, environments, trans) ?? last;
        }
        return preferences?.toolbar === false ? null : last;
      };
      return new BadgeWidget({ badge, sources, trans, onOpen: opener(app) });
    };
    registry.addFactory<NotebookPanel>('Notebook', 'environment', ({ context }) =>
      place(() => pins.path === contents.localPath(context.path))
    );
    registry.addFactory<ConsolePanel>('ConsolePanel', 'environment', ({ title }) =>
      place(() => pins.console === title.label)
    );
  }
};

/** The same for the current notebook or console in the status bar. */
export const status: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-envs:status',
  description: "The current notebook's environment with its dot in the status bar.",
  autoStart: true,
  requires: [IEnvironments, IPins, IPanelState],
  // not every application has one
  optional: [IStatusBar, IPreferences, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    environments: IEnvironments,
    pins: IPins,
    _: IPanelState,
    bar: IStatusBar | null,
    preferences: IPreferences | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const badge = () =>
      preferences?.status === false || (pins.path ?? pins.console) === null
        ? null
        : currentBadge(pins, environments, trans);
    const sources = [environments, pins, ...(preferences ? [preferences] : [])];
    const item = new BadgeWidget({ badge, sources, trans, onOpen: opener(app) });
    bar?.registerStatusItem('jupyter-envs:status', { item, align: 'left', rank: 5 });
  }
};

function opener({ commands }: JupyterFrontEnd): () => void {
  return () => void commands.execute(CommandIDs.showNotebook);
}
