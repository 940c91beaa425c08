import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { finished } from '../format';
import { PANEL_ID } from '../panel';
import { failure } from '../request';
import { jobTitle, said } from '../said';
import type { Job } from '../tokens';
import { IJobs, IPanelState, IPreferences } from '../tokens';

/** Says that a job has ended, to those who have the sidebar closed. */
export const notifications: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-envs:notifications',
  description: 'Says that a job has ended while the sidebar is closed.',
  autoStart: true,
  requires: [IJobs, IPanelState],
  optional: [IPreferences, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    jobs: IJobs,
    _: IPanelState,
    preferences: IPreferences | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const actions = [
      {
        label: trans.__('Show'),
        callback: () => void app.commands.execute(CommandIDs.show)
      }
    ];
    const tell = (job: Job) => {
      if (job.state === 'failed') {
        const why = said(failure(job), trans).message;
        Notification.error(`${jobTitle(job, trans)}: ${why}`, { autoClose: false, actions });
      } else if (job.state === 'done') {
        Notification.success(finished(job, trans), { autoClose: 5000, actions });
      }
    };
    jobs.ended.connect((_, job) => {
      if (job.kind !== 'plan' && preferences?.notify !== false && !isPanelVisible(app)) {
        tell(job);
      }
    });
  }
};

function isPanelVisible({ shell }: JupyterFrontEnd): boolean {
  const widgets = ['left', 'right'].flatMap(area => [...shell.widgets(area)]);
  return widgets.some(widget => widget.id === PANEL_ID && widget.isVisible);
}
