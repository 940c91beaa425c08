import { infoIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { ChangeWish, Environment } from '../tokens';
import type { Commands, IArgs, ICommandContext } from './context';
import { chosen, guard, ours, required } from './context';
import { CommandIDs } from './ids';

/** Show one environment in place of the list. */
async function look(context: ICommandContext, args: IArgs): Promise<Environment> {
  const { state, reveal } = context;
  const item = await required(context, args);
  state.fold([...state.folded].filter(section => section !== 'environments'));
  reveal();
  await state.details.open(item.name);
  return item;
}

/** One environment, looked at closely. */
export function detailsCommands(context: ICommandContext): Commands {
  const { state, trans } = context;
  const { details } = state;
  const isEnabled = (args: ReadonlyPartialJSONObject) => ours(context, args) !== undefined;
  return {
    [CommandIDs.details]: {
      label: trans.__('Packages and History'),
      caption: trans.__('Show what this environment holds and where it came from'),
      icon: infoIcon,
      isEnabled: args => chosen(context, args) !== undefined,
      execute: guard(context, args => look(context, args))
    },
    [CommandIDs.verify]: {
      label: trans.__('Verify Its Files'),
      caption: trans.__('Compare every file with what its package says'),
      isEnabled,
      execute: guard(context, async args => {
        await look(context, args);
        await details.verify();
      })
    },
    [CommandIDs.lookForNewer]: {
      label: trans.__('Look for Newer Versions'),
      caption: trans.__('Ask the channels which packages of this environment they have newer'),
      isEnabled,
      execute: guard(context, async args => {
        await look(context, args);
        await details.lookForNewer();
      })
    },
    [CommandIDs.rollback]: {
      label: trans.__('Go Back to an Earlier State…'),
      caption: trans.__('Show what it would mean to have the packages of then'),
      isEnabled: args => ours(context, args) !== undefined && typeof args.generation === 'string',
      execute: guard(context, async args => {
        const { name: environment } = await look(context, args);
        await details.draft.propose({ environment, generation: args.generation ?? '' });
      })
    }
  };
}

/** Other packages in an environment: by a plan, then its install. */
export function changeCommands(context: ICommandContext): Commands {
  const { state, trans } = context;
  const { details } = state;
  return {
    [CommandIDs.change]: {
      label: trans.__('Change Its Packages…'),
      caption: trans.__('Show what it would mean to add, update or remove packages'),
      isEnabled: args => ours(context, args) !== undefined,
      execute: guard(context, async args => {
        const { name } = await look(context, args);
        const wish = toWish(name, args);
        if (Object.keys(wish).length > 1) {
          await details.draft.propose(wish);
        }
      })
    },
    [CommandIDs.confirmChange]: {
      label: trans.__('Install the Plan for This Environment'),
      isEnabled: () => details.draft.plan !== null,
      execute: guard(context, () => details.install())
    }
  };
}

/** What the arguments ask for, and nothing that they leave out. */
function toWish(environment: string, { install, pip, update, remove }: IArgs): ChangeWish {
  return {
    environment,
    ...(install ? { install } : {}),
    ...(pip ? { pip } : {}),
    ...(update ? { update } : {}),
    ...(remove ? { remove } : {})
  };
}

/** The list's order, and space on the disk. */
export function spaceCommands(context: ICommandContext): Commands {
  const { state, trans, reveal } = context;
  const labels = {
    name: trans.__('Sort by Name'),
    used: trans.__('Sort by Last Use'),
    size: trans.__('Sort by Size')
  };
  return {
    [CommandIDs.sort]: {
      label: args => labels[(args as IArgs).sort ?? 'name'],
      isToggled: args => state.sort === (args as IArgs).sort,
      execute: args => state.sortBy((args as IArgs).sort ?? 'name')
    },
    [CommandIDs.freeSpace]: {
      label: trans.__('Free Space…'),
      caption: trans.__('Show what no environment needs any more'),
      execute: guard(context, () => {
        if (state.details.name !== null) {
          state.details.close();
        }
        reveal();
        return state.collector.look();
      })
    },
    [CommandIDs.confirmFreeSpace]: {
      label: trans.__('Free the Space That Was Shown'),
      isEnabled: () => state.collector.preview !== null,
      execute: guard(context, () => state.collector.collect())
    }
  };
}
