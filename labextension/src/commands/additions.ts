import { addIcon } from '@jupyterlab/ui-components';

import { toRenew } from '../missing';
import type { Commands, ICommandContext } from './context';
import { guard, ours, required } from './context';
import { CommandIDs } from './ids';

/** Packages to add to an environment: named in a form, shown as a plan, then installed. */
export function additionCommands(context: ICommandContext): Commands {
  const { additions, pins, state, trans, reveal } = context;
  return {
    [CommandIDs.addPackage]: {
      label: ({ listed }) =>
        listed ? trans.__('Add Package…') : trans.__('Add Package to This Notebook’s Environment…'),
      caption: trans.__('Look for packages in the channels, and see what adding them would mean'),
      icon: addIcon,
      isEnabled: args => additions !== null && ours(context, args) !== undefined,
      execute: guard(context, async args => {
        const { name } = await required(context, args);
        state.fold([...state.folded].filter(section => section !== 'notebook'));
        reveal();
        additions?.openForm(name);
      })
    },
    [CommandIDs.planAddition]: {
      label: trans.__('Show the Plan of What Is to Be Added'),
      isEnabled: () => additions?.form != null,
      execute: guard(context, () => additions?.plan())
    },
    [CommandIDs.confirmAddition]: {
      label: trans.__('Install What Is to Be Added'),
      isEnabled: () => additions?.draft.plan != null,
      execute: guard(context, async () => {
        const renewed = toRenew(pins, additions?.environment ?? null);
        const install = async () => (await additions?.install()) ?? null;
        await (renewed ? pins.renew(install, renewed.environment) : install());
      })
    }
  };
}
