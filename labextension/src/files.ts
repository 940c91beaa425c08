import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { FileDialog } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import type { ITranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { isSource } from './newEnvironment';
import { EnvsError } from './request';
import type { Export, IFormFile } from './tokens';

/** Bytes; the server takes no more in one request. */
const LARGEST = 1_500_000;

/** A file that says what an environment is, and sentences about it. */
export type WrittenFile = Pick<Export, 'filename' | 'text' | 'notes'>;

/** Ask for a file to make an environment from, below the server's root; null if the user changed their mind. */
export async function chooseFile(
  manager: IDocumentManager,
  translator: ITranslator,
  folder: string
): Promise<IFormFile | null> {
  const trans = translator.load('jupyter_envs');
  const result = await FileDialog.getOpenFiles({
    manager,
    translator,
    title: trans.__('Choose an environment file or a lock'),
    defaultPath: folder,
    filter: item => (isSource(item.name) || /\.ya?ml$/i.test(item.name) ? {} : null)
  });
  const chosen = result.button.accept ? result.value?.[0] : undefined;
  return chosen?.type === 'file' ? readFile(manager.services.contents, chosen.path) : null;
}

/** Ask for a file of this computer, which may not be the server; null if the user changed their mind. */
export function pickFile(): Promise<IFormFile | null> {
  const input = document.createElement('input');
  input.type = 'file';
  return new Promise((resolve, reject) => {
    input.addEventListener('cancel', () => resolve(null));
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file) {
        readLocal(file).then(resolve, reject);
      } else {
        resolve(null);
      }
    });
    input.click();
  });
}

/** A file of this computer, as long as it is small enough to be one that describes an environment. */
export async function readLocal(file: File): Promise<IFormFile> {
  if (file.size > LARGEST) {
    throw new EnvsError(
      `${file.name} is too large to describe an environment.`,
      'file-too-large',
      0,
      [],
      { name: file.name }
    );
  }
  return { name: file.name, text: await file.text() };
}

/** A text file below the server's root. */
export async function readFile(contents: Contents.IManager, path: string): Promise<IFormFile> {
  const model = await contents.get(path, { type: 'file', format: 'text', content: true });
  return { name: model.name, text: model.content as string, path: contents.localPath(path) };
}

/** Say what is different about a file before there is one; `yes` is what the user presses to have it. */
export async function mayWrite(
  { filename, notes }: WrittenFile,
  yes: string,
  translator: ITranslator
): Promise<boolean> {
  const trans = translator.load('jupyter_envs');
  const body = new Widget({ node: document.createElement('ul') });
  body.addClass('jp-Envs-changes');
  for (const note of notes) {
    body.node.appendChild(document.createElement('li')).textContent = note;
  }
  const result = await showDialog({
    title: trans.__('What changes in %1', filename),
    body,
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.okButton({ label: yes })]
  });
  return result.button.accept;
}

/** Save an export in a folder below the server's root; asks before it replaces a file. */
export async function saveExport(
  contents: Contents.IManager,
  folder: string,
  file: WrittenFile,
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
export function download(file: WrittenFile): void {
  const link = document.createElement('a');
  // of a text without an ending, such as a Pipfile, browsers would make Pipfile.txt
  const type = 'application/octet-stream';
  link.href = URL.createObjectURL(new Blob([file.text], { type }));
  link.download = file.filename;
  link.click();
  URL.revokeObjectURL(link.href);
}
