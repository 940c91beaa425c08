import type { CreateRequest, INewEnvironment } from './tokens';

/** What a person typed into the form for a new environment, understood. Pure. */

/**
 * The match specs in a text: separated by white space, commas or lines. White space around a comparison belongs to
 * its spec: `numpy >= 1.20, <2 pandas` is `numpy>=1.20,<2` and `pandas`.
 */
export function splitPackages(text: string): string[] {
  return text
    .replace(/\s*,\s*(?=[<>=!~])/g, ',')
    .replace(/\s*([<>=!~]+)\s*/g, '$1')
    .split(/\s+|,(?![<>=!~])/)
    .filter(part => part);
}

/** Channels, separated by white space or commas. */
export function splitChannels(text: string): string[] {
  return text.split(/[\s,]+/).filter(part => part);
}

/** Is this file a lock, by its name? */
export function isLockFile(name: string): boolean {
  return /(^|[.-])conda-lock\.ya?ml$/i.test(name);
}

/** Can a plan be made from this? */
export function isComplete(form: INewEnvironment): boolean {
  return form.file
    ? !isLockFile(form.file.name) || form.name.trim() !== ''
    : form.name.trim() !== '' && splitPackages(form.packages).length > 0;
}

/** The request that the form stands for. */
export function toRequest(form: INewEnvironment): CreateRequest {
  const name = form.name.trim();
  const named = name ? { name } : {};
  if (form.file) {
    const kind = isLockFile(form.file.name) ? 'lock' : 'file';
    return { ...named, [kind]: form.file.text };
  }
  const channels = splitChannels(form.channels);
  return {
    ...named,
    packages: splitPackages(form.packages),
    ...(channels.length ? { channels } : {})
  };
}
