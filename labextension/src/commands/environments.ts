import { PathExt } from '@jupyterlab/coreutils';
import { closeIcon, notebookIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { shown } from '../request';
import type { Commands, IArgs, ICommandContext } from './context';
import { chosen, guard, ours, runnable } from './context';
import { CommandIDs } from './ids';

/** What is done with one environment. */
export function environmentCommands(context: ICommandContext): Commands {
  const { commands, environments, pins, trans } = context;
  return {
    [CommandIDs.newNotebook]: {
      label: trans.__('New Notebook'),
      caption: trans.__('Open a new notebook that runs in this environment'),
      icon: notebookIcon,
      isEnabled: args => runnable(context, args),
      execute: guard(context, args =>
        commands.execute('notebook:create-new', {
          kernelName: chosen(context, args as ReadonlyPartialJSONObject)?.kernel,
          cwd: PathExt.dirname(pins.path ?? '')
        })
      )
    },
    [CommandIDs.adopt]: {
      label: trans.__('Use as a Kernel'),
      caption: trans.__('Register a kernel for this environment; its folder stays as it is'),
      isVisible: args => isForeign(context, args) && !runnable(context, args),
      execute: guard(context, ({ environment = '' }) => environments.adopt(environment))
    },
    [CommandIDs.release]: {
      label: trans.__('Remove Its Kernel'),
      caption: trans.__('The environment stays as it is'),
      isVisible: args => isForeign(context, args) && runnable(context, args),
      execute: guard(context, ({ environment = '' }) => environments.release(environment))
    }
  };
}

/** The end of an environment: asked about, unless the user wants no question. */
export function removeCommands(context: ICommandContext): Commands {
  const { commands, environments, preferences, state, trans, reveal } = context;
  return {
    [CommandIDs.remove]: {
      label: trans.__('Remove…'),
      icon: closeIcon,
      isEnabled: args => ours(context, args) !== undefined,
      execute: async args => {
        const environment = chosen(context, args)?.name ?? null;
        if (environment !== null && preferences?.confirm === false) {
          await commands.execute(CommandIDs.confirmRemove, { environment });
        } else {
          state.askRemove(environment);
        }
        reveal();
      }
    },
    [CommandIDs.confirmRemove]: {
      label: trans.__('Remove the Environment'),
      execute: async args => {
        const { environment = '', force } = args as IArgs;
        try {
          await environments.remove(environment, force);
          state.askRemove(null);
        } catch (reason) {
          state.askRemove(environment, shown(reason));
        }
      }
    }
  };
}

/** Did another tool make it? */
function isForeign(context: ICommandContext, args: ReadonlyPartialJSONObject): boolean {
  return chosen(context, args)?.foreign === true;
}
