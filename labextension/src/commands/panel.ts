import { editIcon, refreshIcon, stopIcon } from '@jupyterlab/ui-components';

import { envsIcon } from '../icon';
import { pinnedFile } from '../mend';
import type { Commands, ICommandContext } from './context';
import { guard } from './context';
import { CommandIDs } from './ids';

/** What concerns the panel as a whole. */
export function panelCommands(context: ICommandContext): Commands {
  const { environments, jobs, pins, state, trans, reveal } = context;
  return {
    [CommandIDs.show]: {
      label: trans.__('Show Environments'),
      icon: envsIcon,
      execute: reveal
    },
    [CommandIDs.showNotebook]: {
      label: trans.__('Show This Notebook’s Environment'),
      icon: envsIcon,
      execute: () => {
        state.fold([...state.folded].filter(section => section !== 'notebook'));
        reveal();
      }
    },
    [CommandIDs.refresh]: {
      label: trans.__('Refresh Environments'),
      icon: refreshIcon,
      execute: guard(context, () =>
        Promise.all([environments.refresh(), jobs.refresh(), pins.refresh()])
      )
    }
  };
}

/** What is done with jobs, and about those that failed. */
export function jobCommands(context: ICommandContext): Commands {
  const { jobs, pins, state, trans, reveal } = context;
  return {
    [CommandIDs.dropJob]: {
      label: trans.__('Cancel or Dismiss a Job'),
      icon: stopIcon,
      execute: guard(context, ({ job = '' }) => jobs.drop(job))
    },
    [CommandIDs.editFile]: {
      label: trans.__('Edit the Environment File'),
      icon: editIcon,
      execute: guard(context, ({ path = pinnedFile(pins) ?? '' }) =>
        context.commands.execute('docmanager:open', { path, factory: 'Editor' })
      )
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
