import { splitPackages } from './newEnvironment';
import type { ChangeWish, EnvironmentDetail, Package } from './tokens';

/** Packages of one environment: which were asked for, and why the others are there. Pure. */

/** A package's name as all ecosystems compare it. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** The name that a match spec or a requirement begins with. */
export function specName(spec: string): string {
  const bare = spec.trim().replace(/^[^\s:]*::/, '');
  return plain(/^[A-Za-z0-9_][A-Za-z0-9._-]*/.exec(bare)?.[0] ?? '');
}

export interface IPackageGroups {
  readonly requested: readonly Package[];
  readonly dependencies: readonly Package[];
}

/** Those that were asked for, and the rest, each by name. */
export function grouped(detail: EnvironmentDetail): IPackageGroups {
  const asked = new Set(detail.requested.map(plain));
  const sorted = [...detail.package_list].sort((a, b) => a.name.localeCompare(b.name));
  return {
    requested: sorted.filter(item => asked.has(plain(item.name))),
    dependencies: sorted.filter(item => !asked.has(plain(item.name)))
  };
}

/** What brings a newer version of a package: an update where its version was left open, else another wish. */
export function toNewer(detail: EnvironmentDetail, item: Package, newest: string): ChangeWish {
  const environment = detail.name;
  const asked = askedAs(detail, item);
  const isOpen = asked === null || plain(asked) === plain(item.name);
  if (!isOpen && item.manager === 'pip') {
    return { environment, pip: [`${item.name}==${newest}`] };
  }
  return isOpen
    ? { environment, update: [item.name] }
    : { environment, install: [`${item.name}=${newest}`] };
}

/** Those whose name or version has the text in it. */
export function matching(items: readonly Package[], filter: string): readonly Package[] {
  const wanted = filter.trim().toLowerCase();
  return wanted
    ? items.filter(({ name, version }) => `${name} ${version}`.toLowerCase().includes(wanted))
    : items;
}

/** How the package was asked for; null if it was not. */
export function askedAs(detail: EnvironmentDetail, item: Package): string | null {
  const name = plain(item.name);
  const specs = item.manager === 'pip' ? detail.spec.pip : detail.spec.conda;
  return specs.find(spec => specName(spec) === name) ?? null;
}

/** The packages that were asked for and need this one, directly or through others. */
export function neededBy(detail: EnvironmentDetail, item: Package): readonly string[] {
  const users = usersOf(detail);
  const seen = new Set([plain(item.name)]);
  const queue = [...seen];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const user of users.get(name) ?? []) {
      if (!seen.has(user)) {
        seen.add(user);
        queue.push(user);
      }
    }
  }
  seen.delete(plain(item.name));
  return grouped(detail)
    .requested.filter(({ name }) => seen.has(plain(name)))
    .map(({ name }) => name);
}

/** For each name, those that need it directly. */
function usersOf(detail: EnvironmentDetail): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { name, depends } of detail.package_list) {
    for (const needed of depends.map(specName)) {
      users.set(needed, [...(users.get(needed) ?? []), plain(name)]);
    }
  }
  return users;
}

/** Match specs, and requirements that begin with `pip:`. */
export function wished(text: string): { install?: string[]; pip?: string[] } {
  const words = splitPackages(text);
  const pip = words.filter(word => word.startsWith('pip:')).map(word => word.slice(4));
  const install = words.filter(word => !word.startsWith('pip:'));
  return { ...(install.length ? { install } : {}), ...(pip.length ? { pip } : {}) };
}
