import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { closeIcon, downloadIcon, notebookIcon, saveIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { download, saveExport } from '../files';
import { shown } from '../request';
import type { ExportFormat } from '../tokens';
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

/** An environment as a file, for the browser or beside the current notebook. */
export function exportCommands(context: ICommandContext): Commands {
  const { environments, pins, docManager, translator, trans } = context;
  const labels: Record<ExportFormat, string> = {
    full: trans.__('environment.yml, Every Package'),
    'no-builds': trans.__('environment.yml, Versions Only'),
    'from-history': trans.__('environment.yml, As Asked'),
    portable: trans.__('environment.yml, Portable'),
    'conda-lock': trans.__('conda-lock'),
    explicit: trans.__('Explicit List'),
    requirements: trans.__('requirements.txt, PyPI Part'),
    pylock: trans.__('pylock.toml, PyPI Part'),
    pipfile: trans.__('Pipfile, As Asked of PyPI'),
    script: trans.__('Block for a Script, As Asked of PyPI')
  };
  const label = (args: ReadonlyPartialJSONObject) => labels[(args as IArgs).format ?? 'full'];
  const exported = async ({ environment = '', format = 'full' }: IArgs) => {
    const file = await environments.export(environment, format);
    if (file.notes.length > 0) {
      Notification.info(file.notes.join(' '), { autoClose: false });
    }
    return file;
  };
  return {
    [CommandIDs.download]: {
      label,
      icon: downloadIcon,
      execute: guard(context, async args => download(await exported(args)))
    },
    [CommandIDs.save]: {
      label,
      icon: saveIcon,
      isEnabled: () => pins.path !== null,
      execute: guard(context, async args => {
        const folder = PathExt.dirname(pins.path ?? '');
        const { contents } = docManager.services;
        await saveExport(contents, folder, await exported(args), translator);
      })
    }
  };
}
