import { Clipboard, Notification } from '@jupyterlab/apputils';
import { copyIcon, launchIcon } from '@jupyterlab/ui-components';

import { EnvsError } from '../request';
import type { BadgeFormat } from '../tokens';
import type { Commands, IArgs, ICommandContext } from './context';
import { guard } from './context';
import { CommandIDs } from './ids';

export const BADGE_FORMATS: readonly BadgeFormat[] = ['markdown', 'rst', 'html'];

/** The notebook that the arguments name, or the current one. */
function path({ pins }: ICommandContext, args: IArgs): string | null {
  return args.path ?? pins.path;
}

function wanted(context: ICommandContext, args: IArgs): string {
  const found = path(context, args);
  if (found === null) {
    throw new EnvsError(context.trans.__('Open a notebook first.'), 'not-found', 0);
  }
  return found;
}

function show({ state, reveal }: ICommandContext): void {
  state.fold([...state.folded].filter(section => section !== 'binder'));
  reveal();
}

/** Opens an address beside JupyterLab; the page there gets no hold of this one. */
export function openBeside(link: string): void {
  if (['https:', 'http:'].includes(new URL(link).protocol)) {
    window.open(link, '_blank', 'noopener,noreferrer');
  }
}

/** A notebook on Binder: what stands against it, its files, its link. */
export function binderCommands(context: ICommandContext): Commands {
  const { state, trans } = context;
  const { binder } = state;
  return {
    [CommandIDs.openOnBinder]: {
      label: trans.__('Open on Binder…'),
      caption: trans.__('Show what keeps this notebook from opening on Binder, and its link'),
      icon: launchIcon,
      isEnabled: args => path(context, args) !== null,
      execute: guard(context, async args => {
        const notebook = wanted(context, args);
        show(context);
        await binder.look(notebook);
      })
    },
    [CommandIDs.writeBinder]: {
      label: trans.__('Write the Files for Binder That Were Shown'),
      isEnabled: () => binder.report !== null && !binder.busy,
      execute: guard(context, args => binder.write(args.force ?? false))
    },
    [CommandIDs.openLink]: {
      label: trans.__('Open the Binder Link in a New Tab'),
      isEnabled: args => typeof args.link === 'string',
      execute: guard(context, args => openBeside(args.link ?? ''))
    },
    [CommandIDs.buildOnBinder]: {
      label: trans.__('Build on the Hub and Follow It'),
      isEnabled: () => binder.report?.followed === true && binder.report.link !== null,
      execute: guard(context, () => binder.build())
    }
  };
}

/** A badge, for a README. What would keep Binder from opening it is shown with it. */
export function badgeCommands(context: ICommandContext): Commands {
  const { state, trans } = context;
  const { binder } = state;
  return {
    [CommandIDs.copyBadge]: {
      label: args => badgeLabel(context, args),
      caption: trans.__('Copy a badge that opens this notebook on Binder, for a README'),
      icon: copyIcon,
      isEnabled: args => path(context, args) !== null,
      execute: guard(context, async args => {
        const badge = await binder.badge(wanted(context, args), args.badge ?? 'markdown');
        Clipboard.copyToSystem(badge);
        const open = binder.report?.findings.length ?? 0;
        if (open === 0) {
          Notification.info(trans.__('The badge is copied.'), { autoClose: 3000 });
        } else {
          show(context);
          const message = trans._n(
            'The badge is copied. %1 thing keeps Binder from opening it.',
            'The badge is copied. %1 things keep Binder from opening it.',
            open
          );
          Notification.warning(message, { autoClose: 6000 });
        }
      })
    }
  };
}

function badgeLabel({ trans }: ICommandContext, { badge }: IArgs): string {
  switch (badge) {
    case 'markdown':
      return trans.__('Markdown');
    case 'rst':
      return trans.__('reStructuredText');
    case 'html':
      return trans.__('HTML');
    default:
      return trans.__('Copy Binder Badge');
  }
}
