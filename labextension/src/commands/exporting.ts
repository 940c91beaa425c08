import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { downloadIcon, saveIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { WrittenFile } from '../files';
import { download, mayWrite, saveExport } from '../files';
import type { ExportFormat } from '../tokens';
import { otherEngine } from '../wishes';
import type { Commands, IArgs, ICommandContext } from './context';
import { chosen, guard, required } from './context';
import { CommandIDs } from './ids';

/** An environment as a file, for the browser or beside the current notebook. */
export function exportCommands(context: ICommandContext): Commands {
  const { commands, pins, docManager, translator, trans } = context;
  const label = labels(context);
  return {
    [CommandIDs.download]: {
      label,
      icon: downloadIcon,
      execute: guard(context, async args => {
        const file = await written(context, args, trans.__('Download'));
        if (file) {
          download(file);
        }
      })
    },
    [CommandIDs.save]: {
      label,
      icon: saveIcon,
      isEnabled: () => pins.path !== null,
      execute: guard(context, async args => {
        const folder = PathExt.dirname(pins.path ?? '');
        const { contents } = docManager.services;
        const file = await written(context, args, trans.__('Save'));
        if (file) {
          await saveExport(contents, folder, file, translator);
        }
      })
    },
    [CommandIDs.convert]: {
      label: trans.__('Export for conda or PyPI…'),
      isEnabled: args => chosen(context, args) !== undefined,
      execute: guard(context, async args => {
        const { name, engine } = await required(context, args);
        await commands.execute(CommandIDs.download, {
          environment: name,
          engine: otherEngine(engine)
        });
      })
    }
  };
}

/**
 * The file that the arguments ask for. What is left out of it is said beside it; what the other engine changes is said
 * before, and null is what comes of no.
 */
async function written(
  { environments, translator }: ICommandContext,
  { environment = '', format = 'full', engine }: IArgs,
  yes: string
): Promise<WrittenFile | null> {
  if (engine) {
    const file = await environments.convert(environment, engine);
    return (await mayWrite(file, yes, translator)) ? file : null;
  }
  const file = await environments.export(environment, format);
  if (file.notes.length > 0) {
    Notification.info(file.notes.join(' '), { autoClose: false });
  }
  return file;
}

/** What a menu of files calls each. */
function labels({ trans }: ICommandContext): (args: ReadonlyPartialJSONObject) => string {
  const formats: Record<ExportFormat, string> = {
    full: trans.__('environment.yml, Every Package'),
    'no-builds': trans.__('environment.yml, Versions Only'),
    'from-history': trans.__('environment.yml, As Asked'),
    portable: trans.__('environment.yml, Portable'),
    'conda-lock': trans.__('conda-lock'),
    explicit: trans.__('Explicit List'),
    requirements: trans.__('requirements.txt, PyPI Part'),
    pylock: trans.__('pylock.toml, PyPI Part'),
    pipfile: trans.__('Pipfile, As Asked of PyPI'),
    'pipfile-lock': trans.__('Pipfile.lock, PyPI Part'),
    script: trans.__('Block for a Script, As Asked of PyPI')
  };
  const engines = {
    conda: trans.__('For conda (environment.yml)…'),
    pypi: trans.__('For pip/PyPI (requirements.txt)…')
  };
  return args => {
    const { engine, format = 'full' } = args as IArgs;
    return engine ? engines[engine] : formats[format];
  };
}
