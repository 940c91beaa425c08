import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { launchIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commands';
import { envsIcon } from '../icon';
import { isSource } from '../newEnvironment';
import { IPanelState } from '../tokens';

/** A right click on a file in the file browser; the menu's place is in the schema of the same name. */
export const files: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-envs:files',
  description: 'New environments from files in the file browser.',
  autoStart: true,
  requires: [IPanelState],
  // not every application has one
  optional: [IFileBrowserFactory, ITranslator],
  activate: (
    { commands }: JupyterFrontEnd,
    _: IPanelState,
    factory: IFileBrowserFactory | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const selected = () => {
      const items = [...(factory?.tracker.currentWidget?.selectedItems() ?? [])];
      return items.length === 1 && isSource(items[0].name) ? items[0].path : null;
    };
    commands.addCommand(CommandIDs.createFromSelected, {
      label: trans.__('New Environment from This File…'),
      icon: envsIcon,
      isVisible: () => selected() !== null,
      execute: async () => {
        const path = selected();
        if (path !== null) {
          await commands.execute(CommandIDs.createFromFile, { path });
        }
      }
    });
    const notebook = () => {
      const items = [...(factory?.tracker.currentWidget?.selectedItems() ?? [])];
      return items.length === 1 && items[0].type === 'notebook' ? items[0].path : null;
    };
    commands.addCommand(CommandIDs.openSelectedOnBinder, {
      label: trans.__('Open on Binder…'),
      icon: launchIcon,
      isVisible: () => notebook() !== null,
      execute: async () => {
        const path = notebook();
        if (path !== null) {
          await commands.execute(CommandIDs.openOnBinder, { path });
        }
      }
    });
  }
};
