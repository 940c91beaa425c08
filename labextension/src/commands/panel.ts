import { PathExt } from '@jupyterlab/coreutils';
import { addIcon, fileUploadIcon, refreshIcon, stopIcon } from '@jupyterlab/ui-components';

import { chooseFile } from '../files';
import { envsIcon } from '../icon';
import { toRequest } from '../newEnvironment';
import type { Commands, ICommandContext } from './context';
import { guard } from './context';
import { CommandIDs } from './ids';

/** What concerns the panel as a whole, and jobs. */
export function panelCommands(context: ICommandContext): Commands {
  const { environments, jobs, pins, state, trans, reveal } = context;
  return {
    [CommandIDs.show]: {
      label: trans.__('Show Environments'),
      icon: envsIcon,
      execute: reveal
    },
    [CommandIDs.refresh]: {
      label: trans.__('Refresh Environments'),
      icon: refreshIcon,
      execute: guard(context, () =>
        Promise.all([environments.refresh(), jobs.refresh(), pins.refresh()])
      )
    },
    [CommandIDs.dropJob]: {
      label: trans.__('Cancel or Dismiss a Job'),
      icon: stopIcon,
      execute: guard(context, ({ job = '' }) => jobs.drop(job))
    },
    [CommandIDs.retry]: {
      label: trans.__('Try to Create the Environment Again'),
      execute: guard(context, async ({ job = '' }) => {
        const form = state.formOf(job);
        await jobs.drop(job);
        state.openForm(form ?? {});
        reveal();
      })
    }
  };
}

/** From the form for a new environment over its plan to the install. */
export function createCommands(context: ICommandContext): Commands {
  const { pins, state, docManager, translator, trans, reveal } = context;
  return {
    [CommandIDs.create]: {
      label: trans.__('New Environment…'),
      caption: trans.__('Create an environment from packages or from a file'),
      icon: addIcon,
      execute: () => {
        state.openForm();
        reveal();
      }
    },
    [CommandIDs.createFromFile]: {
      label: trans.__('New Environment from a File…'),
      caption: trans.__('Create an environment from an environment.yml or a lock'),
      icon: fileUploadIcon,
      execute: guard(context, async () => {
        const file = await chooseFile(docManager, translator, PathExt.dirname(pins.path ?? ''));
        if (file) {
          state.openForm({ file });
          reveal();
        }
      })
    },
    [CommandIDs.plan]: {
      label: trans.__('Show the Plan of the New Environment'),
      isEnabled: () => state.form !== null,
      execute: guard(context, () => state.form && state.draft.propose(toRequest(state.form)))
    },
    [CommandIDs.install]: {
      label: trans.__('Install the New Environment'),
      isEnabled: () => state.draft.plan !== null,
      execute: guard(context, async () => {
        const job = await state.draft.install();
        if (job) {
          state.closeForm(job);
        }
      })
    }
  };
}
