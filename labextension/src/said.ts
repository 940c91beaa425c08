import type { TranslationBundle } from '@jupyterlab/translation';

import type { EnvsError } from './request';
import type { Job, Verdict } from './tokens';

/** What of a failure is shown. */
export type Said = Pick<EnvsError, 'message' | 'hints'>;

/**
 * A failure in the user's language, where it is one that the front end itself tells; the server's words stay as they are.
 * The code tells which: no error of the server has one of these. Pure.
 */
export function said(error: Said & Partial<EnvsError>, trans: TranslationBundle): Said {
  const about = error.fields?.name;
  const name = typeof about === 'string' ? about : '';
  switch (error.code) {
    case 'no-answer':
      return { ...heard(error), message: trans.__('The Jupyter server does not answer.') };
    case 'unreadable':
      return {
        message: trans.__('What the Jupyter server answered cannot be read.'),
        hints: [trans.__('Perhaps you have to log in again: reload the page.')]
      };
    case 'http':
      return { ...heard(error), message: trans.__('The Jupyter server answered %1.', name) };
    case 'job-gone':
      return {
        message: trans.__('The server no longer knows this job.'),
        hints: [trans.__('Look whether it has done its work, or start it again.')]
      };
    case 'unexplained':
      return { ...heard(error), message: trans.__('It failed.') };
    case 'nothing-open':
      return { ...heard(error), message: trans.__('Neither a notebook nor a console is open.') };
    case 'no-notebook':
      return { ...heard(error), message: trans.__('No notebook is open.') };
    case 'no-kernel':
      return { ...heard(error), message: trans.__('%1 has no kernel.', name) };
    case 'no-badge':
      return {
        ...heard(error),
        message: trans.__('Nobody can say yet what a badge would open.')
      };
    case 'file-too-large':
      return {
        ...heard(error),
        message: trans.__('%1 is too large to describe an environment.', name)
      };
    case 'not-for-a-shell':
      return {
        ...heard(error),
        message: trans.__('A terminal cannot be given the name “%1”.', name)
      };
    default:
      return heard(error);
  }
}

function heard({ message, hints }: Said): Said {
  return { message, hints };
}

/** Why a notebook's verdict is what it is, in the user's language; the server's own words where a newer one has more reasons. */
export function verdictSentence(
  { reason, fields, sentence }: Pick<Verdict, 'reason' | 'fields' | 'sentence'>,
  trans: TranslationBundle
): string {
  const { file = '', lock = '', count = 0 } = fields;
  switch (reason) {
    case 'as-locked':
      return trans.__('Runs exactly what %1 locks.', file);
    case 'unpinned':
      return trans.__('Nothing records which environment this notebook needs.');
    case 'differs':
      return trans._n(
        '%1 package differs from the lock.',
        '%1 packages differ from the lock.',
        count
      );
    case 'absent':
      return absent(count, fields.channels ?? [], trans);
    case 'edited':
      return edited(file, fields, trans);
    case 'other-lock':
      return trans.__('%1 is not the lock that this notebook names.', lock);
    case 'other-platform':
      return trans.__(
        'The lock covers %1, not this machine (%2).',
        listed(fields.platforms ?? [], trans) || trans.__('no platform'),
        fields.platform ?? ''
      );
    case 'no-lock':
      return trans.__(
        '%1 is not there, so nothing says which packages this notebook ran with.',
        lock
      );
    default:
      return sentence;
  }
}

function absent(count: number, channels: readonly string[], trans: TranslationBundle): string {
  return channels.length
    ? trans._n(
        'Not on this machine yet. %1 package from %2.',
        'Not on this machine yet. %1 packages from %2.',
        count,
        listed(channels, trans)
      )
    : trans._n(
        'Not on this machine yet. %1 package.',
        'Not on this machine yet. %1 packages.',
        count
      );
}

function edited(
  file: string,
  { added = [], more = 0 }: Verdict['fields'],
  trans: TranslationBundle
): string {
  if (!added.length) {
    return trans.__('%1 was edited after it was locked.', file);
  }
  const names = added.map(name => `+ ${name}`).join(', ');
  const all = more ? trans.__('%1 and %2 more', names, more) : names;
  return trans.__('%1 was edited after it was locked: %2.', file, all);
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[], trans: TranslationBundle): string {
  return names.length < 2
    ? names.join('')
    : trans.__('%1 and %2', names.slice(0, -1).join(', '), names[names.length - 1]);
}

/** How the server calls a build on a hub. */
const BUILD = /^Build (.+) on Binder$/;

/** What a job is called: what it does, what it could not do, or what it has made. */
export function jobTitle(
  job: Pick<Job, 'kind' | 'state' | 'environment' | 'title'>,
  trans: TranslationBundle
): string {
  const name = job.environment ?? '';
  if (job.state === 'done' && name) {
    return name;
  }
  const notebook = BUILD.exec(job.title)?.[1];
  if (job.kind === 'binder-build' && notebook !== undefined) {
    // several may be built at a time
    return job.state === 'failed'
      ? trans.__('Could not build %1 on Binder', notebook)
      : trans.__('Building %1 on Binder', notebook);
  }
  const words =
    job.state === 'failed' ? undone(job.kind, name, trans) : doing(job.kind, name, trans);
  // a newer server may have kinds that are not known here
  return words ?? job.title;
}

function doing(kind: Job['kind'], name: string, trans: TranslationBundle): string | undefined {
  switch (kind) {
    case 'plan':
      return trans.__('Planning %1', name);
    case 'create':
      return trans.__('Building %1', name);
    case 'remove':
      return trans.__('Removing %1', name);
    case 'rename':
      return trans.__('Renaming %1', name);
    case 'lock':
      return trans.__('Locking %1', name);
    case 'verify':
      return trans.__('Comparing %1', name);
    case 'change':
    case 'rollback':
    case 'adopt-changes':
    case 'recover':
      return trans.__('Changing %1', name);
    case 'adopt':
      return trans.__('Making a kernel of %1', name);
    case 'gc':
      return trans.__('Freeing space');
    case 'binder-build':
      return trans.__('Building on Binder');
  }
}

function undone(kind: Job['kind'], name: string, trans: TranslationBundle): string | undefined {
  switch (kind) {
    case 'plan':
      return trans.__('No plan for %1', name);
    case 'create':
      return trans.__('Could not build %1', name);
    case 'remove':
      return trans.__('Could not remove %1', name);
    case 'rename':
      return trans.__('Could not rename %1', name);
    case 'lock':
      return trans.__('Could not lock %1', name);
    case 'verify':
      return trans.__('Could not compare %1', name);
    case 'change':
    case 'rollback':
    case 'adopt-changes':
    case 'recover':
      return trans.__('Could not change %1', name);
    case 'adopt':
      return trans.__('Could not make a kernel of %1', name);
    case 'gc':
      return trans.__('Could not free space');
    case 'binder-build':
      return trans.__('Could not build on Binder');
  }
}
