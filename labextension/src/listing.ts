import type { components } from './api';
import type { EnvsError } from './request';
import type { Environment, IChanging } from './tokens';

export type Holding = components['schemas']['Holding'];

/** The order of the list. */
export type Sort = 'name' | 'used' | 'size';

export const SORTS: readonly Sort[] = ['name', 'used', 'size'];

/** What an environment has of the packages that a text names, as far as it is known. */
export type Held = (text: string, environment: string) => Holding | undefined;

/** Which environments have the packages that somebody filters by. */
export interface IPackageFilter extends IChanging {
  /** Why there is no answer. */
  readonly error: EnvsError | null;
  /** An answer is on its way. */
  readonly waiting: boolean;
  /** What an environment has of the packages that a text means, as far as it was asked. */
  holding(text: string, environment: string): Holding | undefined;
  /** Ask soon for what a filter names, unless something else is typed before; an empty one ends it. */
  look(filter: string): void;
}

const NOTHING: Held = () => undefined;
/** What can stand for a package, and what for a version behind one. */
const PACKAGE = /^[a-z0-9_][\w.-]*[a-z0-9_]([<>=!~]=?\d[\w.*,<>=!~]*)?$/;
const VERSION = /^([<>=!~]=|[<>=])?\d[\d.*]*$/;

/**
 * The environments that fit a filter, in an order. Those of other tools stay behind ours, and those that fit only by
 * what they hold behind those that fit by what is said of them. Pure.
 */
export function listed(
  items: readonly Environment[],
  filter: string,
  sort: Sort,
  held: Held = NOTHING
): readonly Environment[] {
  const words = split(filter);
  const by = new Map(items.map(item => [item, fit(item, words, held)]));
  return items
    .filter(item => by.get(item) !== 'nothing')
    .sort(
      (one, other) =>
        Number(by.get(one) === 'packages') - Number(by.get(other) === 'packages') ||
        Number(one.foreign) - Number(other.foreign) ||
        ORDERS[sort](one, other) ||
        one.name.localeCompare(other.name)
    );
}

const ORDERS: Record<Sort, (one: Environment, other: Environment) => number> = {
  name: () => 0,
  used: (one, other) => (other.last_used ?? '').localeCompare(one.last_used ?? ''),
  size: (one, other) => other.size.own - one.size.own
};

/** The packages that a filter may mean: each word, and each word with the version behind it. */
export function asked(filter: string): readonly string[] {
  const words = split(filter);
  return [...new Set(words.flatMap((_, at) => texts(words, at)))];
}

/** What an environment has of the packages that a filter means: `numpy 1.26.4, pandas 2.2.3`. */
export function holds(item: Environment, filter: string, held: Held): string {
  const words = split(filter);
  const found = words.flatMap((word, at) => {
    const all = texts(words, at + 1).concat(texts(words, at));
    const best = VERSION.test(word)
      ? undefined
      : all.find(text => text.startsWith(word) && held(text, item.name));
    const first = best === undefined ? undefined : held(best, item.name)?.packages[0];
    return first ? [`${first.name} ${first.version}`.trim()] : [];
  });
  return [...new Set(found)].join(', ');
}

/** The words of a filter; a condition belongs to the name before it, once its version is typed. */
function split(filter: string): readonly string[] {
  const text = filter.toLowerCase().replace(/\s*([<>=!~]=|[<>=])\s*/g, '$1');
  return text
    .split(/\s+/)
    .map(word => word.replace(/(?<=\w)[<>=!~]+$/, ''))
    .filter(Boolean);
}

/** What a word may name: a package; or if it is a version, the package before it with that version. */
function texts(words: readonly string[], at: number): string[] {
  const word = words[at] ?? '';
  if (VERSION.test(word)) {
    const before = words[at - 1] ?? '';
    return PACKAGE.test(before) && !VERSION.test(before) ? [`${before} ${word}`] : [];
  }
  return PACKAGE.test(word) ? [word] : [];
}

type Fit = 'words' | 'packages' | 'nothing';

/** Whether every word is said of an environment, or names something that it has. */
function fit(item: Environment, words: readonly string[], held: Held): Fit {
  const said = words.map(saidOf(item));
  if (said.every(Boolean)) {
    return 'words';
  }
  const has = (at: number): boolean =>
    texts(words, at).some(text => held(text, item.name) !== undefined);
  return said.every((is, at) => is || has(at)) ? 'packages' : 'nothing';
}

/** Is a word a part of the name, the note, a tag or the source? `#tag` is that tag and no other. */
function saidOf(item: Environment): (word: string) => boolean {
  const tags = (item.tags ?? []).map(tag => tag.toLowerCase());
  const source = item.foreign ? `${item.kind ?? ''} ${item.source ?? ''}` : '';
  const text = [item.name, item.note ?? '', source, ...tags].join('\n').toLowerCase();
  return word =>
    word.length > 1 && word.startsWith('#') ? tags.includes(word.slice(1)) : text.includes(word);
}

/** Tags as they are typed, each once. */
export function splitTags(text: string): string[] {
  const words = text.split(',').map(word => word.trim().replace(/^#/, ''));
  return [...new Set(words.filter(Boolean))];
}
