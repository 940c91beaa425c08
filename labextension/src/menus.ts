import type { TranslationBundle } from '@jupyterlab/translation';
import { MenuSvg } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { Menu } from '@lumino/widgets';

import { BADGE_FORMATS, CommandIDs } from './commands';
import { SORTS } from './listing';
import type { Environment, ExportFormat, Template } from './tokens';
import { otherEngine } from './wishes';

/** Menus of commands; which of them can be used now, the commands say. */

const FORMATS: readonly ExportFormat[] = [
  'full',
  'no-builds',
  'from-history',
  'portable',
  'conda-lock',
  'explicit',
  'requirements',
  'pylock',
  'pipfile',
  'pipfile-lock',
  'script'
];

/** What can be done with one environment; what changes it is not offered for those of other tools. */
export function environmentMenu(
  commands: CommandRegistry,
  { name, foreign, engine }: Pick<Environment, 'name' | 'foreign' | 'engine'>,
  trans: TranslationBundle
): Menu {
  const args = { environment: name };
  const other = { ...args, engine: otherEngine(engine) };
  const formats = [...FORMATS.map(format => ({ ...args, format })), other];
  const menu = new MenuSvg({ commands });
  const add = (...ids: string[]) => ids.forEach(command => menu.addItem({ command, args }));
  add(CommandIDs.newNotebook, CommandIDs.use, CommandIDs.pin);
  add(CommandIDs.adopt, CommandIDs.release);
  menu.addItem({ type: 'separator' });
  add(CommandIDs.details, CommandIDs.clone);
  if (!foreign) {
    add(CommandIDs.rename, CommandIDs.about);
  }
  addSubmenu(menu, trans.__('Export'), CommandIDs.download, formats);
  addSubmenu(menu, trans.__('Save Next to Notebook'), CommandIDs.save, formats);
  menu.addItem({ type: 'separator' });
  if (!foreign) {
    add(CommandIDs.terminal);
  }
  add(CommandIDs.copyInterpreter);
  if (!foreign) {
    menu.addItem({ type: 'separator' });
    add(CommandIDs.remove);
  }
  return menu;
}

/** What can be done with the current notebook's pin, or with a console, which has none. */
export function notebookMenu(
  commands: CommandRegistry,
  environments: readonly Environment[],
  isConsole: boolean,
  trans: TranslationBundle
): Menu {
  const menu = new MenuSvg({ commands });
  if (!isConsole) {
    addSubmenu(menu, trans.__('Pin to'), CommandIDs.pin, listed(environments));
    menu.addItem({ command: CommandIDs.unpin });
  }
  menu.addItem({ command: CommandIDs.addPackage, args: { listed: true } });
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: CommandIDs.create });
  menu.addItem({ command: CommandIDs.refresh });
  return menu;
}

/** One of the environments, to use or to pin; and Jupyter's own choice of kernels. */
export function choiceMenu(
  commands: CommandRegistry,
  command: typeof CommandIDs.use | typeof CommandIDs.pin,
  environments: readonly Environment[],
  isConsole: boolean
): Menu {
  const menu = new MenuSvg({ commands });
  listed(environments).forEach(args => menu.addItem({ command, args }));
  if (command === CommandIDs.use) {
    menu.addItem({ type: 'separator' });
    menu.addItem({ command: isConsole ? 'console:change-kernel' : 'notebook:change-kernel' });
  }
  return menu;
}

/** What else an environment can be made from than packages. */
export function sourceMenu(
  commands: CommandRegistry,
  environments: readonly Environment[],
  templates: readonly Template[],
  trans: TranslationBundle
): Menu {
  const menu = new MenuSvg({ commands });
  menu.addItem({ command: CommandIDs.upload });
  menu.addItem({ command: CommandIDs.createFromImports });
  if (environments.length > 0) {
    const copies = environments.map(item => ({ environment: item.name, listed: true }));
    addSubmenu(menu, trans.__('Copy of'), CommandIDs.clone, copies);
  }
  if (templates.length > 0) {
    const named = templates.map(item => ({ template: item.name }));
    addSubmenu(menu, trans.__('Template'), CommandIDs.createFromTemplate, named);
  }
  return menu;
}

/** A badge for Binder, in one of its forms; of a notebook, or of the current one. */
export function badgeMenu(commands: CommandRegistry, path: string | null): Menu {
  const menu = new MenuSvg({ commands });
  for (const badge of BADGE_FORMATS) {
    menu.addItem({
      command: CommandIDs.copyBadge,
      args: path === null ? { badge } : { badge, path }
    });
  }
  return menu;
}

/** The orders of the list. */
export function sortMenu(commands: CommandRegistry): Menu {
  const menu = new MenuSvg({ commands });
  SORTS.forEach(sort => menu.addItem({ command: CommandIDs.sort, args: { sort } }));
  return menu;
}

/** Open a menu below an element, which gets the focus back. */
export function openBelow(menu: Menu, anchor: HTMLElement): void {
  const { left, bottom } = anchor.getBoundingClientRect();
  menu.aboutToClose.connect(() => anchor.focus());
  menu.open(left, bottom);
}

function listed(environments: readonly Environment[]): ReadonlyJSONObject[] {
  return environments
    .filter(item => item.kernel !== null)
    .map(item => ({ environment: item.name, listed: true }));
}

function addSubmenu(
  menu: Menu,
  label: string,
  command: string,
  items: readonly ReadonlyJSONObject[]
): void {
  const submenu = new MenuSvg({ commands: menu.commands });
  submenu.title.label = label;
  items.forEach(args => submenu.addItem({ command, args }));
  menu.addItem({ type: 'submenu', submenu });
}
