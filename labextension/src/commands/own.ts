import { Clipboard, Notification } from '@jupyterlab/apputils';
import { copyIcon, editIcon, terminalIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { interpreter, shellCommand } from '../places';
import { shown } from '../request';
import type { IQuestion } from '../tokens';
import type { Commands, IArgs, ICommandContext } from './context';
import { chosen, guard, ours, required } from './context';
import { CommandIDs } from './ids';

/** Name, note and tags: asked for in the environment's row. */
export function ownCommands(context: ICommandContext): Commands {
  const { environments, state, trans, reveal } = context;
  const isEnabled = (args: ReadonlyPartialJSONObject) => ours(context, args) !== undefined;
  const question = (kind: IQuestion['kind']) => (args: ReadonlyPartialJSONObject) => {
    const name = ours(context, args)?.name;
    state.ask(name === undefined ? null : { kind, name, error: null });
    reveal();
  };
  /** Do what was answered; what is refused is said where it was asked. */
  const answer =
    (kind: IQuestion['kind'], work: (args: IArgs, name: string) => Promise<unknown>) =>
    async (args: IArgs) => {
      const { environment: name = '' } = args;
      try {
        await work(args, name);
        state.ask(null);
      } catch (reason) {
        state.ask({ kind, name, error: shown(reason) });
      }
    };
  return {
    [CommandIDs.rename]: {
      label: trans.__('Rename…'),
      icon: editIcon,
      isEnabled,
      execute: question('rename')
    },
    [CommandIDs.confirmRename]: {
      label: trans.__('Rename the Environment'),
      execute: answer('rename', ({ to = '', force }, name) => environments.rename(name, to, force))
    },
    [CommandIDs.about]: {
      label: trans.__('Note and Tags…'),
      isEnabled,
      execute: question('about')
    },
    [CommandIDs.confirmAbout]: {
      label: trans.__('Save Note and Tags'),
      execute: answer('about', ({ note = '', tags = [] }, name) =>
        environments.describe(name, note, tags)
      )
    }
  };
}

/** What a terminal's widget is to us. */
interface ITerminal {
  content: {
    session: { send: (message: { type: 'stdin'; content: string[] }) => void };
  };
}

/** Where an environment is, for work outside of notebooks. */
export function placeCommands(context: ICommandContext): Commands {
  const { commands, trans } = context;
  return {
    [CommandIDs.terminal]: {
      label: trans.__('Open a Terminal in It'),
      icon: terminalIcon,
      isEnabled: args => ours(context, args) !== undefined,
      isVisible: () => commands.hasCommand('terminal:create-new'),
      execute: guard(context, async args => {
        const line = shellCommand((await required(context, args)).name);
        const terminal = (await commands.execute('terminal:create-new')) as ITerminal | undefined;
        terminal?.content.session.send({ type: 'stdin', content: [`${line}\r`] });
      })
    },
    [CommandIDs.copyInterpreter]: {
      label: trans.__('Copy the Interpreter’s Path'),
      icon: copyIcon,
      isEnabled: args => interpreter(chosen(context, args)) !== null,
      execute: guard(context, async args => {
        const path = interpreter(await required(context, args));
        if (path !== null) {
          Clipboard.copyToSystem(path);
          Notification.info(trans.__('Copied: %1', path), { autoClose: 3000 });
        }
      })
    }
  };
}
