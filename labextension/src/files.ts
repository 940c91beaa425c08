import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { FileDialog } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import type { ITranslator } from '@jupyterlab/translation';

import type { Export } from './tokens';

/** A file's name and text. */
export interface ITextFile {
  readonly name: string;
  readonly text: string;
}

/** Ask for an environment file or a lock below the server's root; null if the user changed their mind. */
export async function chooseFile(
  manager: IDocumentManager,
  translator: ITranslator,
  folder: string
): Promise<ITextFile | null> {
  const trans = translator.load('jupyter_envs');
  const result = await FileDialog.getOpenFiles({
    manager,
    translator,
    title: trans.__('Choose an environment file or a lock'),
    defaultPath: folder,
    filter: item => (/\.ya?ml$/i.test(item.name) ? {} : null)
  });
  const chosen = result.button.accept ? result.value?.[0] : undefined;
  return chosen?.type === 'file' ? readFile(manager.services.contents, chosen.path) : null;
}

/** A text file below the server's root. */
export async function readFile(contents: Contents.IManager, path: string): Promise<ITextFile> {
  const model = await contents.get(path, { type: 'file', format: 'text', content: true });
  return { name: model.name, text: model.content as string };
}

/** Save an export in a folder below the server's root; asks before it replaces a file. */
export async function saveExport(
  contents: Contents.IManager,
  folder: string,
  file: Export,
  translator: ITranslator
): Promise<void> {
  const path = PathExt.join(folder, file.filename);
  if ((await exists(contents, path)) && !(await mayReplace(file.filename, translator))) {
    return;
  }
  await contents.save(path, { type: 'file', format: 'text', content: file.text });
}

async function exists(contents: Contents.IManager, path: string): Promise<boolean> {
  try {
    await contents.get(path, { content: false });
    return true;
  } catch (reason) {
    if (reason instanceof ServerConnection.ResponseError && reason.response.status === 404) {
      return false;
    }
    throw reason;
  }
}

async function mayReplace(name: string, translator: ITranslator): Promise<boolean> {
  const trans = translator.load('jupyter_envs');
  const result = await showDialog({
    title: trans.__('Replace %1?', name),
    body: trans.__('There is a file of this name next to the notebook.'),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep it') }),
      Dialog.warnButton({ label: trans.__('Replace') })
    ]
  });
  return result.button.accept;
}

/** Hand an export to the browser as a download. */
export function download(file: Export): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([file.text], { type: 'text/plain' }));
  link.download = file.filename;
  link.click();
  URL.revokeObjectURL(link.href);
}
