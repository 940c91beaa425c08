import { PathExt } from '@jupyterlab/coreutils';
import {
  fileUploadIcon,
  lockIcon,
  refreshIcon,
  saveIcon,
  undoIcon
} from '@jupyterlab/ui-components';

import { readFile } from '../files';
import { envsIcon } from '../icon';
import { fileRequest } from '../newEnvironment';
import type { Commands, ICommandContext } from './context';
import { guard, listedLabel, required, runnable } from './context';
import { CommandIDs } from './ids';

function isOpen({ pins }: ICommandContext): boolean {
  return pins.path !== null && !pins.busy;
}

function hasKernel({ pins }: ICommandContext): boolean {
  return (pins.path ?? pins.console) !== null && !pins.busy;
}

function isPinned(context: ICommandContext): boolean {
  return isOpen(context) && context.pins.status?.pin != null;
}

/** What the current notebook runs in, and what it says about it. */
export function notebookCommands(context: ICommandContext): Commands {
  const { pins, trans } = context;
  return {
    [CommandIDs.use]: {
      label: args =>
        listedLabel(
          pins.console === null
            ? trans.__('Use for This Notebook')
            : trans.__('Use for This Console')
        )(args),
      caption: trans.__('Run the current notebook or console in this environment'),
      icon: envsIcon,
      isEnabled: args => hasKernel(context) && runnable(context, args),
      execute: guard(context, async args => pins.use(await required(context, args)))
    },
    [CommandIDs.restartKernel]: {
      label: () =>
        pins.console === null
          ? trans.__('Restart This Notebook’s Kernel')
          : trans.__('Restart This Console’s Kernel'),
      caption: trans.__('Let the kernel start anew from the environment as it is now'),
      icon: refreshIcon,
      isEnabled: () => pins.kernel !== null,
      execute: guard(context, () =>
        context.commands.execute(`${pins.console === null ? 'notebook' : 'console'}:restart-kernel`)
      )
    },
    [CommandIDs.pin]: {
      label: listedLabel(trans.__('Pin This Notebook')),
      caption: trans.__('Write environment file and lock beside the notebook, the pin into it'),
      icon: envsIcon,
      isEnabled: args => isOpen(context) && runnable(context, args),
      execute: guard(context, async args => pins.pin(await required(context, args)))
    },
    [CommandIDs.unpin]: {
      label: trans.__('Unpin This Notebook'),
      caption: trans.__('Take the pin out of the notebook; environment file and lock stay'),
      // also one that cannot be read
      isEnabled: () => isPinned(context) || (isOpen(context) && pins.error !== null),
      execute: guard(context, () => pins.unpin())
    },
    [CommandIDs.lock]: {
      label: trans.__('Lock for This Machine'),
      caption: trans.__('Add the packages for this machine to the notebook’s lock'),
      icon: lockIcon,
      isEnabled: () => isPinned(context),
      execute: guard(context, () => pins.lock())
    }
  };
}

/** From the file beside a notebook that is not pinned to its environment; by a plan first. */
export function besideCommands(context: ICommandContext): Commands {
  const { docManager, pins, trans, reveal } = context;
  const isEnabled = () => isOpen(context) && pins.status?.beside?.made === false;
  return {
    [CommandIDs.fromBeside]: {
      label: trans.__('Build This Notebook’s Environment from the File beside It…'),
      caption: trans.__(
        'Show what the file beside this notebook asks for, then build it and pin to it'
      ),
      icon: fileUploadIcon,
      isEnabled,
      execute: guard(context, async () => {
        const { path, status } = pins;
        if (path !== null && status?.beside) {
          reveal();
          const { file, environment } = status.beside;
          const place = PathExt.join(PathExt.dirname(path), file);
          const found = await readFile(docManager.services.contents, place);
          await pins.draft.propose({ name: environment, ...fileRequest(found) });
        }
      })
    },
    [CommandIDs.confirmFromBeside]: {
      label: trans.__('Build What This Notebook’s Plan Says and Pin to It'),
      isEnabled: () => pins.draft.plan !== null,
      execute: guard(context, () => pins.buildAndPin())
    }
  };
}

/** Making the current notebook's environment what its pin says: always by a plan first. */
export function buildCommands(context: ICommandContext): Commands {
  const { pins, trans, reveal } = context;
  const isEnabled = () => isPinned(context);
  const propose = (update: boolean) =>
    guard(context, async () => {
      reveal();
      const pin = pins.path ?? '';
      await pins.draft.propose(update ? { pin, update } : { pin });
    });
  return {
    [CommandIDs.build]: {
      label: trans.__('Build This Notebook’s Environment…'),
      isEnabled,
      execute: propose(false)
    },
    [CommandIDs.restore]: {
      label: trans.__('Restore This Notebook’s Lock…'),
      icon: undoIcon,
      isEnabled,
      execute: propose(false)
    },
    [CommandIDs.update]: {
      label: trans.__('Update This Notebook’s Environment…'),
      isEnabled,
      execute: propose(true)
    },
    [CommandIDs.confirmBuild]: {
      label: trans.__('Install This Notebook’s Plan'),
      isEnabled: () => pins.draft.plan !== null,
      execute: guard(context, () => pins.build())
    },
    [CommandIDs.saveChanges]: {
      label: trans.__('Save What Was Changed to This Notebook’s File…'),
      caption: trans.__('Write what pip or conda changed into the environment file and the lock'),
      icon: saveIcon,
      isEnabled: () => isPinned(context) && pins.status?.environment?.foreign === false,
      execute: guard(context, async () => {
        reveal();
        await pins.draft.propose({ adopt: pins.status?.environment?.name ?? '' });
      })
    },
    [CommandIDs.confirmSave]: {
      label: trans.__('Save This Notebook’s Plan to Its File'),
      isEnabled: () => pins.draft.plan !== null,
      execute: guard(context, () => pins.saveChanges())
    }
  };
}
