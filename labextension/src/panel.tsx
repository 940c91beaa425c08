import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { CommandIDs } from './commands';
import type { IPanelActions, IPanelProps } from './components/panelView';
import { acceptFiles } from './drop';
import { Fallback } from './fallback';
import { readLocal } from './files';
import { envsIcon } from './icon';
import {
  badgeMenu,
  choiceMenu,
  environmentMenu,
  notebookMenu,
  openBelow,
  sortMenu,
  sourceMenu
} from './menus';
import { shown } from './request';

export const PANEL_ID = 'jupyter-envs-panel';

/** Fetched when the panel is shown for the first time. */
const PanelView = React.lazy(async () => ({
  default: (await import('./components/panelView')).PanelView
}));

/** The sidebar. */
export class EnvsPanel extends ReactWidget {
  constructor(
    private readonly parts: Omit<IPanelProps, 'actions'>,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.id = PANEL_ID;
    this.addClass('jp-Envs');
    this.title.icon = envsIcon;
    this.title.caption = parts.trans.__('Environments');
    acceptFiles(this.node, {
      onPaths: ([path]) => void this.commands.execute(CommandIDs.createFromFile, { path }),
      onFiles: ([file]) => void this.open(file)
    });
    this.node.setAttribute('role', 'region');
    // one of its sections is called as the tab is
    this.node.setAttribute('aria-label', 'Jupyter Envs');
  }

  /** What may have changed unheard while the panel was hidden is read again. */
  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
    void this.commands.execute(CommandIDs.refresh);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    document.addEventListener('visibilitychange', this.onVisibility);
    this.parts.environments.changed.connect(this.onRead);
    this._fallback.heard();
  }

  protected override onBeforeDetach(message: Message): void {
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.parts.environments.changed.disconnect(this.onRead);
    this._fallback.stop();
    super.onBeforeDetach(message);
  }

  protected override render(): React.JSX.Element {
    this._wasShown ||= this.isVisible;
    return this._wasShown ? (
      <React.Suspense fallback={null}>
        <PanelView {...this.parts} actions={this.actions} />
      </React.Suspense>
    ) : (
      <></>
    );
  }

  private async open(file: File): Promise<void> {
    try {
      const { name, text } = await readLocal(file);
      await this.commands.execute(CommandIDs.createFromFile, { name, text });
    } catch (reason) {
      this.parts.state.fail(shown(reason));
    }
  }

  private readonly isLookedAt = (): boolean => this.isVisible && !document.hidden;

  private readonly onVisibility = (): void => {
    if (this.isLookedAt()) {
      void this.commands.execute(CommandIDs.refresh);
    }
  };

  private readonly onRead = (): void => this._fallback.heard();

  private readonly _fallback = new Fallback(this.isLookedAt, this.onVisibility);

  private readonly actions: IPanelActions = {
    run: (command, args = {}) => void this.commands.execute(CommandIDs[command], args),
    environmentMenu: (item, anchor) =>
      openBelow(environmentMenu(this.commands, item, this.parts.trans), anchor),
    badgeMenu: (path, anchor) => openBelow(badgeMenu(this.commands, path), anchor),
    sortMenu: anchor => openBelow(sortMenu(this.commands), anchor),
    notebookMenu: anchor =>
      openBelow(notebookMenu(this.commands, this.items, this.isConsole, this.parts.trans), anchor),
    choiceMenu: (command, anchor) =>
      openBelow(choiceMenu(this.commands, CommandIDs[command], this.items, this.isConsole), anchor),
    sourceMenu: anchor => {
      const { catalogue, trans } = this.parts;
      openBelow(sourceMenu(this.commands, this.items, catalogue.templates, trans), anchor);
    }
  };

  private _wasShown = false;

  private get isConsole() {
    return this.parts.pins.console !== null;
  }

  private get items() {
    return this.parts.environments.items ?? [];
  }
}
