/** What people ask for: of an environment, and in forms. */

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

/** What the form for a new environment holds. */
export interface INewEnvironment {
  name: string;
  /** Match specs; one that begins with `pip:` is a requirement for PyPI. */
  packages: string;
  /** What stands in the field for packages and has not become one yet. */
  typed: string;
  channels: string;
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
