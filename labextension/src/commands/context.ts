import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Sort } from '../listing';
import { EnvsError, shown } from '../request';
import type {
  BadgeFormat,
  EngineName,
  Environment,
  ExportFormat,
  IModels,
  IPreferences
} from '../tokens';

/** What the commands work on. */
export interface ICommandContext extends IModels {
  readonly commands: CommandRegistry;
  readonly preferences: IPreferences | null;
  readonly docManager: IDocumentManager;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
  /** Bring the panel to the front, where there is one. */
  readonly reveal: () => void;
}

/** The commands' arguments. */
export interface IArgs {
  /** An environment's name; without it, the one that the current notebook runs in. */
  environment?: string;
  /** In a menu of environments: the label is the environment's name alone. */
  listed?: boolean;
  format?: ExportFormat;
  /** Whose packages a file is to ask for, instead of those of the environment. */
  engine?: EngineName;
  /** The form of a badge. */
  badge?: BadgeFormat;
  /** An address on a BinderHub. */
  link?: string;
  force?: boolean;
  /** Packages to add, by match specs; requirements for PyPI; packages to update or to remove, by name. */
  install?: string[];
  pip?: string[];
  update?: string[] | 'all';
  remove?: string[];
  /** A generation's id. */
  generation?: string;
  /** The order of the list. */
  sort?: Sort;
  /** What an environment is to be called. */
  to?: string;
  /** What is to be known about an environment. */
  note?: string;
  tags?: string[];
  /** A file's path below the server's root. */
  path?: string;
  /** A file that the server does not have: its name and its text. */
  name?: string;
  text?: string;
  /** A template's name. */
  template?: string;
  /** A job's id. */
  job?: string;
}

/** The commands of one group, by id. */
export type Commands = Record<string, CommandRegistry.ICommandOptions>;

type Raw = ReadonlyPartialJSONObject;

/** Run a command's work; a failure is shown in the panel, which comes to the front. */
export function guard(
  { state, reveal }: ICommandContext,
  work: (args: IArgs) => unknown
): (args: Raw) => Promise<void> {
  return async args => {
    state.fail(null);
    try {
      await work(args);
    } catch (reason) {
      state.fail(shown(reason));
      reveal();
    }
  };
}

/** The environment that the arguments name, or the one that the current notebook runs in. */
export function chosen(
  { environments, pins }: ICommandContext,
  args: Raw
): Environment | undefined {
  const { environment } = args as IArgs;
  return environment === undefined
    ? environments.byKernel(pins.kernel?.name)
    : environments.byName(environment);
}

/** As `chosen`, where there must be one; one that the list does not know yet is looked for on the server. */
export async function required(context: ICommandContext, args: IArgs): Promise<Environment> {
  const { environments, trans } = context;
  const { environment: name } = args;
  let found = chosen(context, args as Raw);
  if (!found && name !== undefined) {
    await environments.refresh();
    found = environments.byName(name);
  }
  if (!found) {
    throw new EnvsError(
      name === undefined
        ? trans.__('This notebook runs in no environment that is listed here.')
        : trans.__('No environment is called %1. Look at the list, and try again.', name),
      'not-found',
      0
    );
  }
  return found;
}

/** As `chosen`, if it is ours: what another tool made is never changed. */
export function ours(context: ICommandContext, args: Raw): Environment | undefined {
  const found = chosen(context, args);
  return found?.foreign ? undefined : found;
}

/** Has the environment a kernel to run in? */
export function runnable(context: ICommandContext, args: Raw): boolean {
  return Boolean(chosen(context, args)?.kernel);
}

/** A label that is the environment's name in a menu of environments. */
export function listedLabel(label: string): (args: Raw) => string {
  return args => {
    const { listed, environment } = args as IArgs;
    return listed && environment !== undefined ? environment : label;
  };
}
