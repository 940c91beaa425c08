import type { components } from './api';
import type { EnvsError } from './request';

/** What people ask for: of an environment, in forms, and of what stands before them. */

/** Packages to be added to an environment. */
export interface AddRequest {
  readonly environment: string;
  readonly install?: readonly string[];
  readonly pip?: readonly string[];
}

/** What is to become of an environment's packages. */
export interface ChangeWish extends AddRequest {
  /** Names of packages that may get another version, or all of them. */
  readonly update?: readonly string[] | 'all';
  /** Names of packages that are no longer asked for. */
  readonly remove?: readonly string[];
}

/** An earlier state that an environment's packages are to have again. */
export interface RollbackWish {
  readonly environment: string;
  /** The generation's id. */
  readonly generation: string;
}

/** Packages that somebody wants to add, as far as they are typed. */
export interface IAddForm {
  readonly environment: string;
  /** Match specs; one that begins with `pip:` is a requirement for PyPI. */
  readonly packages: string;
  /** What stands in the field and has not become one yet. */
  readonly typed: string;
}

/** Whose packages are meant. */
export type EngineName = components['schemas']['EngineName'];

/** What a file of the other kind asks for; an environment that says nothing is conda's. */
export function otherEngine(engine: EngineName = 'conda'): EngineName {
  return engine === 'conda' ? 'pypi' : 'conda';
}

/** What the form for a new environment holds. */
export interface INewEnvironment {
  name: string;
  /** Match specs; one that begins with `pip:` is a requirement for PyPI. */
  packages: string;
  /** What stands in the field for packages and has not become one yet. */
  typed: string;
  channels: string;
  /** Whose packages are named. */
  engine: EngineName;
  /** A file instead of packages. */
  file: IFormFile | null;
  /** The name of an environment to copy, instead of packages. */
  clone: string | null;
  /** What is to be known about where this came from. */
  notes: readonly string[];
}

/** A file's name and text; and its path, if it lies below the server's root. */
export interface IFormFile {
  readonly name: string;
  readonly text: string;
  readonly path?: string;
}

/** Another name, or note and tags, for an environment; and why the answer before was refused. */
export interface IQuestion {
  readonly kind: 'rename' | 'about';
  readonly name: string;
  readonly error: EnvsError | null;
}

/** A module that a cell did not find, and what would bring it. */
export interface IMissing {
  readonly module: string;
  readonly environment: string;
  readonly provider: components['schemas']['ModuleProvider'];
  readonly request: AddRequest;
  /** Run the cell once more. */
  readonly again: () => Promise<void>;
}

/** The kernel of the current notebook or console, as the card shows it. */
export interface IKernelView {
  readonly name: string;
  readonly displayName: string;
  readonly status: string;
}
