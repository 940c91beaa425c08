import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Cell } from '@jupyterlab/cells';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { PanelLayout } from '@lumino/widgets';

import { CommandIDs } from '../commands';
import { OfferWidget } from '../components/offer';
import { Draft, toChange } from '../draft';
import { Additions } from '../missing';
import { makeRequest } from '../request';
import type { AddRequest } from '../tokens';
import { IAdditions, ICatalogue, IEnvironments, IJobs, IPanelState, IPreferences } from '../tokens';

/** The packages that cells turn out to need. Installs nothing on its own. */
export const additions: JupyterFrontEndPlugin<IAdditions> = {
  id: 'jupyter-envs:additions',
  description: 'Adding the package that brings a module which a cell did not find.',
  autoStart: true,
  requires: [IEnvironments, IJobs, ICatalogue],
  provides: IAdditions,
  activate: (
    { serviceManager }: JupyterFrontEnd,
    environments: IEnvironments,
    jobs: IJobs,
    catalogue: ICatalogue
  ): IAdditions => {
    const request = makeRequest(serviceManager.serverSettings);
    const draft = new Draft<AddRequest>(request, jobs, toChange);
    return new Additions(environments, catalogue, jobs, draft);
  }
};

/** The offer below a cell. */
export const offers: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-envs:offers',
  description: 'Offers the package that brings a module which a cell did not find.',
  autoStart: true,
  requires: [INotebookTracker, IAdditions, IPanelState],
  optional: [IPreferences, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    additions: IAdditions,
    _: IPanelState,
    preferences: IPreferences | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const placed = new Offers(app, additions, trans);
    NotebookActions.executed.connect((_, { notebook, cell, error }) => {
      placed.clear(cell);
      const panel = tracker.find(panel => panel.content === notebook);
      if (panel && error && preferences?.offers !== false) {
        void placed.place(panel, cell, error);
      }
    });
  }
};

/** The offers that are shown, at most one below each cell. */
class Offers {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly additions: IAdditions,
    private readonly trans: TranslationBundle
  ) {}

  clear(cell: Cell): void {
    this._moments.set(cell, (this._moments.get(cell) ?? 0) + 1);
    this._shown.get(cell)?.dispose();
    this._shown.delete(cell);
  }

  async place(
    panel: NotebookPanel,
    cell: Cell,
    error: { errorName: string; errorValue: string }
  ): Promise<void> {
    const moment = this._moments.get(cell);
    const kernel = panel.sessionContext.session?.kernel?.name;
    const missing = await this.additions.look(error, kernel);
    // run again meanwhile, or gone
    if (!missing || this._moments.get(cell) !== moment || cell.isDisposed) {
      return;
    }
    this.clear(cell);
    const again = () => runAgain(panel, cell);
    const offer = new OfferWidget({
      missing,
      trans: this.trans,
      onAdd: () => {
        void this.app.commands.execute(CommandIDs.show);
        void this.additions.propose({ ...missing, again });
      },
      onDismiss: () => this.clear(cell)
    });
    this._shown.set(cell, offer);
    (cell.layout as PanelLayout).addWidget(offer);
  }

  private readonly _shown = new WeakMap<Cell, OfferWidget>();
  private readonly _moments = new WeakMap<Cell, number>();
}

/** Run a cell once more, if it is still there. */
async function runAgain(panel: NotebookPanel, cell: Cell): Promise<void> {
  const notebook: Notebook = panel.content;
  if (!panel.isDisposed && !cell.isDisposed && notebook.widgets.includes(cell)) {
    await NotebookActions.runCells(notebook, [cell], panel.sessionContext);
  }
}
