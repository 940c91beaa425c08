import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { INewEnvironment, IPins } from './tokens';

/** What leads out of a failure. */
export type Mend =
  | { readonly kind: 'edit'; readonly label: string; readonly path: string }
  | { readonly kind: 'again' | 'name'; readonly label: string };

/** The file was wrong, or asks for what cannot be had together. */
const IN_THE_FILE = new Set(['invalid-file', 'invalid-spec', 'unsolvable']);
/** It may go with another name. */
const IN_THE_NAME = new Set(['invalid-name', 'name-taken']);
/** It may go better another time. */
const PASSING = new Set([
  'unreachable',
  'environment-busy',
  'plan-changed',
  'no-answer',
  'interrupted'
]);

/** The one thing to do about a failure, where that can be told; `file` is what the request came from. */
export function mend(code: string, file: string | null, trans: TranslationBundle): Mend | null {
  if (IN_THE_FILE.has(code) && file !== null) {
    return { kind: 'edit', label: trans.__('Edit %1', PathExt.basename(file)), path: file };
  }
  if (IN_THE_NAME.has(code)) {
    return { kind: 'name', label: trans.__('Choose another name…') };
  }
  return PASSING.has(code) ? { kind: 'again', label: trans.__('Try again') } : null;
}

/** The path of the environment file that the current notebook is pinned to. */
export function pinnedFile({ path, status }: Pick<IPins, 'path' | 'status'>): string | null {
  return path !== null && status?.pin ? PathExt.join(PathExt.dirname(path), status.pin.file) : null;
}

/** The path of the file that a form holds, if the server has it. */
export function formFile(form: Pick<INewEnvironment, 'file'> | null): string | null {
  return form?.file?.path ?? null;
}
