import type { CreateRequest, IFormFile, INewEnvironment } from './tokens';

/** What a person typed into the form for a new environment, understood. Pure. */

export const EMPTY: INewEnvironment = {
  name: '',
  packages: '',
  typed: '',
  channels: '',
  engine: 'conda',
  file: null,
  clone: null,
  notes: []
};

/** Before what is to come from PyPI. */
const PIP = 'pip:';

/**
 * The match specs in a text: separated by white space, commas or lines. White space around a comparison belongs to
 * its spec: `numpy >= 1.20, <2 pandas` is `numpy>=1.20,<2` and `pandas`.
 */
export function splitPackages(text: string): string[] {
  return text
    .replace(/\s*,\s*(?=[<>=!~])/g, ',')
    .replace(/\s*([<>=!~]+)\s*/g, '$1')
    .replace(/(^|\s)pip:\s+/g, '$1pip:')
    .split(/\s+|,(?![<>=!~]|[^[\]]*\])/)
    .filter(part => part);
}

/** Channels, separated by white space or commas. */
export function splitChannels(text: string): string[] {
  return text.split(/[\s,]+/).filter(part => part);
}

/** All packages of the form, those included that are still being typed. */
export function allPackages(form: Pick<INewEnvironment, 'packages' | 'typed'>): string[] {
  return [...splitPackages(form.packages), ...splitPackages(form.typed)];
}

/** The part of a name at the end of what is typed; empty where a version is being typed, or nothing. */
export function wordAtEnd(typed: string): string {
  const word = /(^|[\s,])([A-Za-z0-9][\w.-]*)$/.exec(typed)?.[2] ?? '';
  return /[<>=!~]\s*$/.test(typed.slice(0, typed.length - word.length)) ? '' : word;
}

/** What is typed, with the word at its end made whole. */
export function completed(typed: string, name: string): string {
  return typed.slice(0, typed.length - wordAtEnd(typed).length) + name;
}

/** Is this file a lock, by its name? */
export function isLockFile(name: string): boolean {
  return /(^|[.-])conda-lock\.ya?ml$/i.test(name);
}

/** Is this a list of requirements for pip, by its name? */
export function isRequirementsFile(name: string): boolean {
  return /requirements.*\.(txt|in)$/i.test(name);
}

/** Can an environment be made from this file, by its name? */
export function isSource(name: string): boolean {
  return (
    isRequirementsFile(name) ||
    /^(pixi\.(toml|lock)|pyproject\.toml|Pipfile(\.lock)?|pylock(\.[^.]+)?\.toml)$/i.test(name) ||
    /(^|[._-])(environment|env|conda|conda-lock)([._-].*)?\.ya?ml$/i.test(name) ||
    /(^|[._-])(explicit|conda-(linux|osx|win)-\w+|spec-file)([._-].*)?\.(txt|lock)$/i.test(name)
  );
}

/** Is it a notebook, which may say what it needs itself? */
export function isNotebookFile(name: string): boolean {
  return /\.ipynb$/i.test(name);
}

/** Does the file itself not say what its environment is called? */
export function needsName(form: Pick<INewEnvironment, 'file'>): boolean {
  const name = form.file?.name ?? '';
  const nameless = /\.(lock|txt|ipynb|py)$|^(Pipfile|pylock(\.[^.]+)?\.toml)$/i;
  return !form.file || isLockFile(name) || isRequirementsFile(name) || nameless.test(name);
}

/** Can a plan be made from this? */
export function isComplete(form: INewEnvironment): boolean {
  const named = form.name.trim() !== '';
  if (form.file) {
    return named || !needsName(form);
  }
  return named && (form.clone !== null || allPackages(form).length > 0);
}

/** A name that an environment can have, made of a file's name. */
export function proposedName(fileName: string): string {
  return fileName
    .replace(/\.[^.]*$/, '')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 64)
    .toLowerCase();
}

/** The request that the form stands for. */
export function toRequest(form: INewEnvironment): CreateRequest {
  const name = form.name.trim();
  const named = name ? { name } : {};
  if (form.file) {
    return { ...named, ...fileRequest(form.file) };
  }
  if (form.clone !== null) {
    return { ...named, clone: form.clone };
  }
  const packages = allPackages(form);
  const pip = packages.filter(one => one.startsWith(PIP)).map(one => one.slice(PIP.length));
  const conda = packages.filter(one => !one.startsWith(PIP));
  if (form.engine === 'pypi') {
    return { ...named, packages: [...conda, ...pip], engine: 'pypi' };
  }
  const channels = splitChannels(form.channels);
  return pip.length
    ? { ...named, file: environmentFile(conda, pip, channels) }
    : { ...named, packages: conda, engine: 'conda', ...(channels.length ? { channels } : {}) };
}

/** The server reads what the file is; its path says where the files lie that it names. */
export function fileRequest({ name, text, path }: IFormFile): CreateRequest {
  return isLockFile(name)
    ? { lock: text }
    : { file: isNotebookFile(name) ? codeAlone(text) : text, filename: path ?? name };
}

/** The code cells of a notebook: what it needs stands there, and its outputs may be too large for a request. */
function codeAlone(text: string): string {
  const { cells } = JSON.parse(text) as {
    cells: readonly { cell_type: string; source: unknown }[];
  };
  const code = cells.filter(cell => cell.cell_type === 'code');
  return JSON.stringify({ cells: code.map(({ cell_type, source }) => ({ cell_type, source })) });
}

/** The text of an environment file; each word is quoted as JSON does it, which YAML reads. */
function environmentFile(
  conda: readonly string[],
  pip: readonly string[],
  channels: readonly string[]
): string {
  const list = (items: readonly string[], indent: string) =>
    items.map(item => `${indent}- ${JSON.stringify(item)}\n`).join('');
  const needed = conda.some(spec => /^pip\b/.test(spec)) ? conda : [...conda, 'pip'];
  return (
    (channels.length ? `channels:\n${list(channels, '  ')}` : '') +
    `dependencies:\n${list(needed, '  ')}  - pip:\n${list(pip, '      ')}`
  );
}
