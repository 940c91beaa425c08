import { badgeCommands, binderCommands } from './binder';
import { additionCommands } from './additions';
import type { ICommandContext } from './context';
import { createCommands, fileCommands, planCommands } from './create';
import { changeCommands, detailsCommands, spaceCommands } from './details';
import { environmentCommands, removeCommands } from './environments';
import { exportCommands } from './exporting';
import { besideCommands, buildCommands, notebookCommands } from './notebook';
import { ownCommands, placeCommands } from './own';
import { jobCommands, panelCommands } from './panel';

export type { ICommandContext } from './context';
export { BADGE_FORMATS } from './binder';
export { CommandIDs, PALETTE } from './ids';

/** Add every action of a user to the registry. */
export function addCommands(context: ICommandContext): void {
  const groups = [
    panelCommands,
    jobCommands,
    additionCommands,
    fileCommands,
    createCommands,
    planCommands,
    environmentCommands,
    removeCommands,
    exportCommands,
    detailsCommands,
    changeCommands,
    spaceCommands,
    ownCommands,
    placeCommands,
    notebookCommands,
    buildCommands,
    besideCommands,
    binderCommands,
    badgeCommands
  ];
  for (const group of groups) {
    for (const [id, options] of Object.entries(group(context))) {
      context.commands.addCommand(id, options);
    }
  }
}
