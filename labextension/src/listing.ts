import type { Environment } from './tokens';

/** The order of the list. */
export type Sort = 'name' | 'used' | 'size';

export const SORTS: readonly Sort[] = ['name', 'used', 'size'];

/** The environments that fit a filter, in an order; those of other tools stay behind ours. Pure. */
export function listed(
  items: readonly Environment[],
  filter: string,
  sort: Sort
): readonly Environment[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return items
    .filter(item => fits(item, words))
    .sort(
      (one, other) =>
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

/** Every word is a part of the name, the note, a tag or the source; `#tag` is that tag and no other. */
function fits(item: Environment, words: readonly string[]): boolean {
  const tags = (item.tags ?? []).map(tag => tag.toLowerCase());
  const source = item.foreign ? `${item.kind ?? ''} ${item.source ?? ''}` : '';
  const text = [item.name, item.note ?? '', source, ...tags].join('\n').toLowerCase();
  return words.every(word =>
    word.length > 1 && word.startsWith('#') ? tags.includes(word.slice(1)) : text.includes(word)
  );
}

/** Tags as they are typed, each once. */
export function splitTags(text: string): string[] {
  const words = text.split(',').map(word => word.trim().replace(/^#/, ''));
  return [...new Set(words.filter(Boolean))];
}
