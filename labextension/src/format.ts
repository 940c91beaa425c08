import type { TranslationBundle } from '@jupyterlab/translation';

import type { Difference, Environment, Job, Package, Plan, Progress, Totals } from './tokens';

/** Numbers and states as people say them. Pure: text in the language of `trans`. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `280 kB`, `41 MB`, `1.4 GB`. */
export function size(bytes: number): string {
  const [value, unit] = scaled(bytes, magnitude(bytes));
  return `${value} ${unit}`;
}

function magnitude(bytes: number): number {
  let unit = 0;
  while (bytes >= 999.5 && unit < UNITS.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return unit;
}

function scaled(bytes: number, unit: number): [string, string] {
  const value = bytes / 1000 ** unit;
  const digits = unit >= 2 && value < 9.95 ? 1 : 0;
  return [value.toFixed(digits).replace(/\.0$/, ''), UNITS[unit]];
}

/** `51 of 82 MB`, both in the unit of the total. */
function sizeOf(done: number, total: number, trans: TranslationBundle): string {
  const unit = magnitude(total);
  const [all, name] = scaled(total, unit);
  return trans.__('%1 of %2 %3', scaled(Math.min(done, total), unit)[0], all, name);
}

/** `8 s`, `2 min`, `1 h 5 min`. */
export function duration(seconds: number, trans: TranslationBundle): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) {
    return trans.__('%1 s', whole);
  }
  const minutes = Math.round(whole / 60);
  return minutes < 60
    ? trans.__('%1 min', minutes)
    : trans.__('%1 h %2 min', Math.floor(minutes / 60), minutes % 60);
}

/** `Downloading 9 of 12 · 51 of 82 MB · about 8 s left`. */
export function progress(job: Job, rate: number | null, trans: TranslationBundle): string {
  if (job.state === 'queued' || !job.progress) {
    return job.state === 'queued' ? trans.__('Waiting for its turn') : trans.__('Starting');
  }
  const parts = [phase(job.progress, trans)];
  const { bytes_done: done, bytes_total: total } = job.progress;
  if (job.progress.phase === 'fetching' && total) {
    parts.push(sizeOf(done, total, trans));
    if (rate && done < total) {
      parts.push(trans.__('about %1 left', duration((total - done) / rate, trans)));
    }
  }
  return parts.join(' · ');
}

function phase(progress: Progress, trans: TranslationBundle): string {
  const { packages_done: done, packages_total: total } = progress;
  switch (progress.phase) {
    case 'solving':
      return trans.__('Finding packages that fit together');
    case 'fetching':
      return total ? trans.__('Downloading %1 of %2', done, total) : trans.__('Downloading');
    case 'linking':
      return total ? trans.__('Installing %1 of %2', done, total) : trans.__('Installing');
    case 'pip':
      return trans.__('Packages from PyPI');
    case 'publishing':
      return trans.__('Making the kernel');
    case 'removing':
      return trans.__('Removing files');
    case 'executing':
      return trans.__('Running');
    case 'waiting':
      return trans.__('Waiting for the hub');
    case 'building':
      return trans.__('The hub is building');
    case 'pushing':
      return trans.__('The hub stores the image');
    case 'verifying':
      return total
        ? trans.__('Comparing the files of %1 of %2', done, total)
        : trans.__('Comparing files');
  }
}

/** What a job that went well has done. */
export function finished(job: Pick<Job, 'kind' | 'environment'>, trans: TranslationBundle): string {
  const name = job.environment ?? '';
  switch (job.kind) {
    case 'remove':
      return trans.__('%1 is removed.', name);
    case 'change':
    case 'rollback':
    case 'adopt-changes':
      return trans.__('%1 is changed.', name);
    case 'lock':
      return trans.__('%1 is locked.', name);
    case 'rename':
      return trans.__('%1 has its new name.', name);
    case 'verify':
      return trans.__('%1 is compared.', name);
    case 'gc':
      return trans.__('Disk space is free again.');
    case 'binder-build':
      return trans.__('The image is ready.');
    default:
      return trans.__('%1 is ready.', name);
  }
}

/** What is left of a job that was cancelled. */
export function cancelled({ kind }: Pick<Job, 'kind'>, trans: TranslationBundle): string {
  return kind === 'binder-build'
    ? trans.__('Given up. The hub may go on building.')
    : trans.__('Cancelled. Nothing was changed.');
}

/** How far a job is, from 0 to 1, over all its phases; null where that cannot be told. */
export function fraction(progress: Progress | null): number | null {
  switch (progress?.phase) {
    case 'fetching':
      return (
        0.7 * (part(progress.bytes_done, progress.bytes_total) ?? partOfPackages(progress) ?? 0)
      );
    case 'linking':
      return 0.7 + 0.2 * (partOfPackages(progress) ?? 0);
    case 'pip':
      return 0.9;
    case 'publishing':
      return 0.97;
    default:
      return null;
  }
}

function partOfPackages(progress: Progress): number | null {
  return part(progress.packages_done, progress.packages_total);
}

function part(done: number, total: number | null): number | null {
  return total ? Math.min(1, done / total) : null;
}

/** `2.2.2 → 2.2.3`, `added, 4.67.1`, `missing, 1.0`. */
export function difference(item: Difference, trans: TranslationBundle): string {
  if (item.before === null) {
    return item.manager === 'pip'
      ? trans.__('added by pip, %1', item.after ?? '')
      : trans.__('added, %1', item.after ?? '');
  }
  return item.after === null
    ? trans.__('%1, now missing', item.before)
    : item.before === item.after
      ? trans.__('%1, other build', item.before)
      : `${item.before} → ${item.after}`;
}

/** A channel, short enough for a line: `conda-forge`, `https://example.org/…/name`. */
export function channel(name: string): string {
  const found = /^(\w+:\/\/[^/]*)\/.+\/([^/]+)\/?$/.exec(name);
  return found ? `${found[1]}/…/${found[2]}` : name;
}

/** `34 packages added, 12 to download, 82 MB.` */
export function planSentence(plan: Plan, trans: TranslationBundle): string {
  const changes = [
    plan.added.length ? trans._n('%1 package added', '%1 packages added', plan.added.length) : '',
    plan.changed.length ? trans.__('%1 changed', plan.changed.length) : '',
    plan.rebuilt.length ? trans.__('%1 rebuilt', plan.rebuilt.length) : '',
    plan.removed.length ? trans.__('%1 removed', plan.removed.length) : ''
  ].filter(text => text);
  const what = changes.length ? changes.join(', ') : trans.__('Nothing changes');
  const download = plan.to_fetch
    ? trans.__('%1 to download, %2', plan.to_fetch, size(plan.download))
    : trans.__('nothing to download');
  return trans.__('%1, %2.', what, download);
}

/** `4 environments use 4.7 GB; one copy each would be 6.9 GB.`, as far as it was counted; nothing of none. */
export function totals(
  items: readonly Environment[],
  sums: Totals | null,
  trans: TranslationBundle
): string {
  const ours = items.filter(item => !item.foreign);
  if (ours.length === 0) {
    return '';
  }
  // what was made since it was last counted is in no sum yet; what one shares may be shared by all
  const own = ours.reduce((sum, item) => sum + item.size.own, 0);
  const shared = Math.max(...ours.map(item => item.size.shared));
  const taken = Math.max(sums?.taken ?? 0, own + shared);
  const use = trans._n(
    '%1 environment uses %2',
    '%1 environments use %2',
    ours.length,
    size(taken)
  );
  return sums && ours.length > 1 && sums.copies > sums.taken
    ? trans.__('%1; one copy each would be %2.', use, size(sums.copies))
    : `${use}.`;
}

/** `280 kB`, or that it is from PyPI. */
export function origin(item: Package, trans: TranslationBundle): string {
  if (item.manager === 'pip') {
    return trans.__('from PyPI');
  }
  return item.size === null ? '' : size(item.size);
}
