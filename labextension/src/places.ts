import { EnvsError } from './request';
import type { Environment } from './tokens';

/** What a name may be made of, so that a shell takes it for nothing but a name. */
const SHELL_SAFE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The line that opens an environment in a terminal. */
export function shellCommand(name: string): string {
  if (!SHELL_SAFE.test(name)) {
    throw new EnvsError(
      `A terminal cannot be given the name “${name}”.`,
      'not-for-a-shell',
      0,
      [],
      { name }
    );
  }
  return `jupyter envs shell "${name}"`;
}

/** The path of the environment's interpreter; null where it is not known to have one. */
export function interpreter(item: Environment | undefined): string | null {
  if (!item?.prefix || (item.python === null && item.language !== 'R')) {
    return null;
  }
  const program = item.python === null ? 'R' : 'python';
  // a path with backslashes is one of Windows
  return item.prefix.includes('\\')
    ? `${item.prefix}\\${program === 'R' ? 'Scripts\\R' : program}.exe`
    : `${item.prefix}/bin/${program}`;
}
