import type { TranslationBundle } from '@jupyterlab/translation';

import type { Tone } from './card';
import { size } from './format';
import { isOver } from './jobs';
import type { Environment, Job } from './tokens';

/** What the list says of an environment. Pure: text in the language of `trans`. */

/** `Python 3.11.7`, or the language alone. */
export function language(item: Environment): string {
  return item.language === 'Python' && item.python ? `Python ${item.python}` : item.language;
}

/** `conda · Python 3.11.7 · 34 packages · changed by pip · 2 kernels running`. */
export function environmentLine(item: Environment, trans: TranslationBundle, job?: Job): string {
  const running = trans._n('%1 kernel running', '%1 kernels running', item.running_kernels);
  const kind = item.foreign ? (item.source ?? '') : item.engine === 'pypi' ? 'PyPI' : 'conda';
  return joined([
    item.foreign ? trans.__('foreign') : '',
    kind,
    language(item),
    count(item, trans),
    ...states(item, trans, job),
    ...kernels(item, running, trans)
  ]);
}

/** As short as a list needs it, and first what one should know: `changed by pip · Python 3.11 · 34 packages · in use`. */
export function environmentShort(item: Environment, trans: TranslationBundle, job?: Job): string {
  const short = language(item).replace(/^(Python \d+\.\d+).*/, '$1');
  const running =
    item.running_kernels > 1
      ? trans._n('%1 kernel running', '%1 kernels running', item.running_kernels)
      : trans.__('in use');
  const first = [...states(item, trans, job), item.foreign ? trans.__('foreign') : '', short];
  if (item.foreign && item.state !== 'broken') {
    const kernel = item.running_kernels ? running : item.kernel ? '' : trans.__('no kernel');
    return joined([...first, kernel]);
  }
  return joined([...first, count(item, trans), ...kernels(item, running, trans)]);
}

function joined(parts: readonly string[]): string {
  return parts.filter(text => text).join(' · ');
}

function count(item: Environment, trans: TranslationBundle): string {
  return trans._n('%1 package', '%1 packages', item.packages);
}

/** What is being done with it, and what is not as it should be. */
function states(item: Environment, trans: TranslationBundle, job: Job | undefined): string[] {
  return [
    job ? working(job.kind, trans) : '',
    item.state === 'broken' ? trans.__('broken') : condition(item, trans)
  ];
}

function kernels(item: Environment, running: string, trans: TranslationBundle): string[] {
  return [
    item.running_kernels ? running : '',
    item.older_kernels
      ? trans._n('%1 kernel to restart', '%1 kernels to restart', item.older_kernels)
      : '',
    item.kernel ? '' : trans.__('no kernel')
  ];
}

/** What was last seen of its packages and files, where that is not as it should be. */
function condition(item: Environment, trans: TranslationBundle): string {
  switch (item.condition) {
    case 'changed':
      return trans.__('changed');
    case 'changed-by-pip':
      return trans.__('changed by pip');
    case 'damaged':
      return trans.__('files damaged');
    default:
      return '';
  }
}

/** What is being done with an environment; nothing of a plan, which does nothing yet. */
function working(kind: Job['kind'], trans: TranslationBundle): string {
  switch (kind) {
    case 'create':
      return trans.__('being built');
    case 'remove':
      return trans.__('being removed');
    case 'verify':
      return trans.__('being compared');
    default:
      return trans.__('being changed');
  }
}

/** The job that an environment is in the hands of. */
export function jobOn(name: string, jobs: readonly Job[]): Job | undefined {
  return jobs.find(job => job.environment === name && job.kind !== 'plan' && !isOver(job));
}

/** Colour of the dot in the list. */
export function rowTone(item: Environment): Tone {
  if (item.state !== 'ready' || item.condition === 'damaged') {
    return 'error';
  }
  if (item.condition === 'changed' || item.condition === 'changed-by-pip') {
    return 'warn';
  }
  return item.foreign ? 'off' : 'ok';
}

/** Is it known what it takes on disk? Another tool's is only counted when somebody looks at it closely. */
export function isMeasured(item: Environment): boolean {
  return !item.foreign || item.size.own + item.size.shared > 0;
}

/** `11 MB of its own, 240 MB shared with the package cache`; nothing where it was not counted. */
export function sizeTitle(item: Environment, trans: TranslationBundle): string {
  const { own, shared } = item.size;
  if (!isMeasured(item)) {
    return '';
  }
  return item.foreign
    ? trans.__('%1 of its own, %2 shared', size(own), size(shared))
    : trans.__('%1 of its own, %2 shared with the package cache', size(own), size(shared));
}
