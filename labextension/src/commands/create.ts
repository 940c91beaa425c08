import { PathExt } from '@jupyterlab/coreutils';
import { addIcon, copyIcon, fileUploadIcon, notebookIcon } from '@jupyterlab/ui-components';

import { chooseFile, pickFile, readFile } from '../files';
import { importsForm } from '../imports';
import { needsName, proposedName, toRequest } from '../newEnvironment';
import { EnvsError } from '../request';
import type { IFormFile, INewEnvironment } from '../tokens';
import type { Commands, ICommandContext } from './context';
import { chosen, guard, listedLabel } from './context';
import { CommandIDs } from './ids';

/** A form begun anew; the channels stay. */
const BLANK: Partial<INewEnvironment> = {
  name: '',
  packages: '',
  typed: '',
  file: null,
  clone: null,
  notes: []
};

/** Open the form, filled in; that installs nothing. */
function open(
  { environments, preferences, state, reveal }: ICommandContext,
  content: Partial<INewEnvironment>
): void {
  const channels = preferences?.channels ?? '';
  const engine = environments.defaultEngine;
  state.openForm({ ...(state.form ? {} : { channels, engine }), ...content });
  reveal();
}

/** Ways from a file into the form for a new environment. */
export function fileCommands(context: ICommandContext): Commands {
  const { pins, docManager, translator, trans } = context;
  return {
    [CommandIDs.createFromFile]: {
      label: trans.__('New Environment from a File…'),
      caption: trans.__('Create an environment from an environment.yml, a lock or requirements'),
      icon: fileUploadIcon,
      execute: guard(context, async ({ path, name, text }) => {
        const { contents } = docManager.services;
        const file: IFormFile | null =
          text !== undefined && name !== undefined
            ? { name, text }
            : path !== undefined
              ? await readFile(contents, path)
              : await chooseFile(docManager, translator, PathExt.dirname(pins.path ?? ''));
        if (file) {
          open(context, { ...fresh(file), file });
        }
      })
    },
    [CommandIDs.upload]: {
      label: trans.__('File of This Computer…'),
      caption: trans.__('Create an environment from a file that the server does not have'),
      icon: fileUploadIcon,
      execute: guard(context, async () => {
        const file = await pickFile();
        if (file) {
          open(context, { ...fresh(file), file });
        }
      })
    }
  };
}

/** Other ways into the form. */
export function createCommands(context: ICommandContext): Commands {
  const { catalogue, pins, trans } = context;
  return {
    [CommandIDs.create]: {
      label: trans.__('New Environment…'),
      caption: trans.__('Create an environment from packages or from a file'),
      icon: addIcon,
      execute: () => open(context, {})
    },
    [CommandIDs.createFromImports]: {
      label: trans.__('New Environment from This Notebook’s Imports…'),
      caption: trans.__('Find the packages that bring what the current notebook imports'),
      icon: notebookIcon,
      isEnabled: () => pins.path !== null,
      execute: guard(context, async () => {
        if (pins.path === null) {
          throw new EnvsError(trans.__('No notebook is open.'), 'not-found', 0);
        }
        await pins.save();
        open(context, { ...BLANK, ...importsForm(await catalogue.imports(pins.path), trans) });
      })
    },
    [CommandIDs.createFromTemplate]: {
      label: ({ template }) =>
        typeof template === 'string' ? template : trans.__('New Environment from a Template…'),
      caption: ({ template }) => offered(context, template)?.description ?? '',
      isEnabled: ({ template }) => offered(context, template)?.problem === '',
      execute: guard(context, ({ template }) => {
        const found = offered(context, template);
        if (found) {
          const file = { name: found.filename, text: found.file };
          open(context, { ...BLANK, file, name: proposedName(found.name) });
        }
      })
    },
    [CommandIDs.clone]: {
      label: listedLabel(trans.__('Clone…')),
      caption: trans.__('Create an environment with the same packages under another name'),
      icon: copyIcon,
      isEnabled: args => chosen(context, args) !== undefined,
      execute: guard(context, ({ environment = '' }) =>
        open(context, { ...BLANK, name: `${environment}-copy`, clone: environment })
      )
    }
  };
}

/** From the form over its plan to the install. */
export function planCommands(context: ICommandContext): Commands {
  const { state, trans } = context;
  return {
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

/** A form for a file: it begins empty, but for a name where the file has none. */
function fresh(file: IFormFile) {
  const folder = file.path === undefined ? '' : PathExt.basename(PathExt.dirname(file.path));
  return needsName({ file }) ? { ...BLANK, name: proposedName(`${folder}.`) } : BLANK;
}

function offered({ catalogue }: ICommandContext, name: unknown) {
  return catalogue.templates.find(template => template.name === name);
}
