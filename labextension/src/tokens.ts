import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { components } from './api';
import type { IPackageFilter, Sort } from './listing';
import type { EnvsError } from './request';
import type {
  AddRequest,
  ChangeWish,
  EngineName,
  IAddForm,
  IKernelView,
  IMissing,
  INewEnvironment,
  IQuestion,
  RollbackWish
} from './wishes';

export type * from './wishes';

type Schemas = components['schemas'];

export type BadgeFormat = keyof Schemas['Badge'];
export type BinderFile = Schemas['BinderFile'];
export type BinderReport = Schemas['BinderReport'];
export type Environment = Schemas['EnvironmentSummary'];
export type CreateRequest = Omit<
  Schemas['CreateRequest'],
  'dry_run' | 'update' | 'write_notebook'
> & {
  update?: boolean;
};
export type Size = Schemas['Size'];
export type Collection = Schemas['Collection'];
export type EnvironmentDetail = Schemas['EnvironmentDetail'];
export type Generation = Schemas['Generation'];
export type Totals = Schemas['Totals'];
export type Verification = Schemas['Verification'];
export type NewerList = Schemas['NewerList'];
export type Difference = Schemas['Difference'];
export type ExportFormat = Schemas['ExportFormat'];
export type Export = Schemas['Export'];
export type HubBuild = Schemas['HubBuild'];
export type Job = Schemas['Job'];
export type JobError = Schemas['JobError'];
export type Package = Schemas['Package'];
export type Pin = Schemas['Pin'];
export type PinStatus = Schemas['PinStatus'];
export type Plan = Schemas['Plan'];
export type Progress = Schemas['Progress'];
export type Verdict = Schemas['Verdict'];
export type Change = Schemas['ChangeEvent'];
export type ModuleProvider = Schemas['ModuleProvider'];
export type NotebookImports = Schemas['NotebookImports'];
export type PackageHit = Schemas['PackageHit'];
export type Template = Schemas['Template'];

/** Whatever has a state to show: read it again when `changed` fires. */
export interface IChanging {
  readonly changed: ISignal<unknown, void>;
}

/** The environments of this server. */
export interface IEnvironments extends IChanging {
  /** As last read; null before the first answer. */
  readonly items: readonly Environment[] | null;
  /** Why the last reading failed, if it did; `items` are then those of the reading before. */
  readonly error: EnvsError | null;
  /** The environment that a kernel belongs to. */
  byKernel(kernel: string | undefined): Environment | undefined;
  byName(name: string | undefined): Environment | undefined;
  /** What all of them take on disk; null where nobody has counted yet. */
  readonly totals: Totals | null;
  /** Whose packages are meant by names alone, unless somebody says it. */
  readonly defaultEngine: EngineName;
  refresh(): Promise<void>;
  /** Somebody has looked at an environment more closely than the list does: its row says so, too. */
  hear(told: Pick<Environment, 'name' | 'condition' | 'size'>): void;
  /** Rejects with `environment-in-use` while kernels run, unless forced, which shuts them down. */
  remove(name: string, force?: boolean): Promise<Job>;
  /** Make an environment of another tool a kernel. */
  adopt(name: string): Promise<Job>;
  /** Take that kernel away again. */
  release(name: string): Promise<void>;
  export(name: string, format: ExportFormat): Promise<Export>;
  /** As a file that asks for the same of the other engine. */
  convert(name: string, engine: EngineName): Promise<Schemas['Conversion']>;
  /** Make it again under another name; rejects as `remove` does while kernels run. */
  rename(name: string, to: string, force?: boolean): Promise<Job>;
  /** Write its note and tags. */
  describe(name: string, note: string, tags: readonly string[]): Promise<void>;
}

/** The long operations of this server. */
export interface IJobs extends IChanging {
  /** All jobs as last read, the newest first. */
  readonly items: readonly Job[];
  /** Fires once for every job that reached its end while this page watched. */
  readonly ended: ISignal<IJobs, Job>;
  /** Did this job end while this page watched? */
  isNews(job: Job): boolean;
  /** Take up a job that this page has started. */
  follow(job: Job): void;
  /** The job's last snapshot, once it has ended. */
  whenEnded(id: string): Promise<Job>;
  /** Bytes per second of a running download, if it can be told. */
  rate(id: string): number | null;
  refresh(): Promise<void>;
  /** Cancels a running job; dismisses one that has ended. */
  drop(id: string): Promise<void>;
  log(id: string): Promise<string>;
}

/** What is planned for the current notebook: an environment from its files, or its files from the environment. */
export type BuildRequest = CreateRequest | { readonly adopt: string };

/** Something to be installed, on its way from a request over its plan to an install. */
export interface IDraft<Request extends object = CreateRequest> extends IChanging {
  readonly request: Request | null;
  /** The job that makes the plan, while it runs. */
  readonly planning: Job | null;
  readonly plan: Plan | null;
  /** Why there is no plan. `job` has the log, if one was started. */
  readonly error: EnvsError | null;
  readonly failed: Job | null;
  /** Does the draft show this job, so that nobody else has to? */
  owns(job: Job): boolean;
  /** Ask what an install would do. A draft makes one plan at a time: the one before is dropped. */
  propose(request: Request): Promise<void>;
  /** Install what the plan says, and nothing else. */
  install(): Promise<Job | null>;
  /** Forget request, plan and error; cancels a plan in the making. */
  discard(): Promise<void>;
}

/** What can be installed: the packages of the channels, templates, and what notebooks import. */
export interface ICatalogue extends IChanging {
  /** What was last looked for; empty if nothing is. */
  readonly query: string;
  /** What is there for `query`, the best first; null until the answer is there. */
  readonly hits: readonly PackageHit[] | null;
  /** Why there is no answer. */
  readonly error: EnvsError | null;
  /**
   * Look for packages soon, unless something else is looked for before; an empty query ends it. Without channels it is
   * the server's own that are searched.
   */
  look(query: string, channels?: readonly string[]): void;
  /** As last read. */
  readonly templates: readonly Template[];
  readTemplates(): Promise<void>;
  /** What a notebook imports, as its file is. */
  imports(path: string): Promise<NotebookImports>;
  /** Which package brings a module. */
  provider(module: string, engine?: EngineName): Promise<ModuleProvider>;
}

/** One environment that is looked at closely. */
export interface IDetails extends IChanging {
  /** Which; null while none is. */
  readonly name: string | null;
  /** The one before, once it was left. */
  readonly left: string | null;
  /** As last read; null until then. */
  readonly data: EnvironmentDetail | null;
  readonly error: EnvsError | null;
  /** What is to be changed in it, or undone. */
  readonly draft: IDraft<ChangeWish | RollbackWish>;
  /** The job that compares its files, while it runs; then what that brought. */
  readonly verifying: Job | null;
  readonly verification: Verification | null;
  /** What its channels have newer, once somebody has asked; and while the answer is on its way. */
  readonly newer: NewerList | null;
  readonly lookingForNewer: boolean;
  /** What another tool's environment takes on disk is being counted. */
  readonly counting: boolean;
  lookForNewer(): Promise<void>;
  /** Is this job shown here, so that nobody else has to? */
  owns(job: Job): boolean;
  refresh(): Promise<void>;
  open(name: string): Promise<void>;
  close(): void;
  /** Install what the draft's plan says. */
  install(): Promise<Job | null>;
  verify(): Promise<void>;
}

/** Taking away what nothing needs: first what that is, then it. */
export interface ICollector extends IChanging {
  /** Somebody has asked for it. */
  readonly open: boolean;
  readonly working: Job | null;
  /** What can go. */
  readonly preview: Collection | null;
  /** What has gone. */
  readonly freed: Collection | null;
  readonly error: EnvsError | null;
  owns(job: Job): boolean;
  look(): Promise<void>;
  /** Take away what can go; only after a look. */
  collect(): Promise<void>;
  close(): void;
}

/** A notebook on its way to Binder: first what stands against it, then its files, then the link. */
export interface IBinder extends IChanging {
  /** Which; null while none is. */
  readonly notebook: string | null;
  /** As last looked at, or as it was after writing. */
  readonly report: BinderReport | null;
  readonly error: EnvsError | null;
  readonly busy: boolean;
  look(notebook: string): Promise<void>;
  /** Write the files of the report; with `overwrite` those that people wrote, too. */
  write(overwrite: boolean): Promise<void>;
  /** Have the hub build it; null without a report. */
  build(): Promise<Job | null>;
  /** A notebook's badge; rejects where nobody can say what it would open. */
  badge(notebook: string, format: BadgeFormat): Promise<string>;
  close(): void;
}

/** Adding packages: those somebody names, or the one that a cell needs. Planned and installed only when somebody says so. */
export interface IAdditions extends IChanging {
  /** What a cell needs, from its plan to its install. */
  readonly current: IMissing | null;
  /** What somebody names, from the first letter to the install; then there is no `current`. */
  readonly form: IAddForm | null;
  /** The environment that either is about. */
  readonly environment: string | null;
  readonly draft: IDraft<AddRequest>;
  /** What would bring the module that a cell did not find; null if it is not that, or not one of our environments. */
  look(
    error: { readonly errorName: string; readonly errorValue: string },
    kernel: string | undefined
  ): Promise<Omit<IMissing, 'again'> | null>;
  propose(missing: IMissing): Promise<void>;
  /** Open the form for an environment, or change what it holds; a plan that was made of it is gone. */
  openForm(environment: string, change?: Partial<Omit<IAddForm, 'environment'>>): void;
  /** Ask what the form's packages would mean. */
  plan(): Promise<void>;
  /** Install what the plan says; then the cell runs again, if its kernel can see the package. */
  install(): Promise<Job | null>;
  discard(): Promise<void>;
}

/** What a user may want to be otherwise. */
export interface IPreferences extends IChanging {
  readonly toolbar: boolean;
  readonly status: boolean;
  readonly offers: boolean;
  readonly notify: boolean;
  /** Ask before an environment is removed. */
  readonly confirm: boolean;
  /** Channels that the form for a new environment begins with, separated by spaces. */
  readonly channels: string;
}

/** The current notebook's pin. */
export interface IPins extends IChanging {
  /** The current notebook's path below the server's root; null without one. */
  readonly path: string | null;
  /** The title of the console that is in front instead of a notebook: it has a kernel, and nothing to pin. */
  readonly console: string | null;
  readonly kernel: IKernelView | null;
  /** As last read for `path`; null until then. */
  readonly status: PinStatus | null;
  readonly error: EnvsError | null;
  /** A change to the notebook is under way. */
  readonly busy: boolean;
  /** What would be built for the current notebook. */
  readonly draft: IDraft<BuildRequest>;
  refresh(): Promise<void>;
  /** Write environment file and lock beside the notebook and the pin into it; run it in that environment. */
  pin(environment: Environment): Promise<void>;
  unpin(): Promise<void>;
  /** Save the notebook, if it has changed. */
  save(): Promise<void>;
  /** Install what the draft's plan says; the notebook is saved before, for the install may rewrite its pin. */
  build(): Promise<Job | null>;
  /** Install what the draft's plan says; once that is there, pin the notebook to it, if it is still in front. */
  buildAndPin(): Promise<void>;
  /** Carry out the draft's plan for what was changed by hand, and write the notebook's files and its pin anew. */
  saveChanges(): Promise<void>;
  /** Once the job that `start` starts has changed the environment: write the notebook's files and its pin anew, if it
   * is still in front. Until then `status` stays as it is. */
  renew(start: () => Promise<Job | null>, environment: Environment): Promise<void>;
  /** Add this machine to the notebook's lock. */
  lock(): Promise<Job>;
  /** What the notebook's lock has for this machine. */
  inside(): Promise<readonly Package[]>;
  /** Run the notebook, or the console, in an environment's kernel. */
  use(environment: Environment): Promise<void>;
}

/** What the panel shows beside the state of the server: which form is open, what is being asked. */
export interface IPanelState extends IChanging {
  /** The form for a new environment is open; its content. */
  readonly form: INewEnvironment | null;
  /** What the form's environment would be. */
  readonly draft: IDraft;
  /** The environment that is about to be removed, and what stands against it. */
  readonly removing: { readonly name: string; readonly error: EnvsError | null } | null;
  /** A message about something that failed outside a form. */
  readonly error: EnvsError | null;
  openForm(content?: Partial<INewEnvironment>): void;
  /** Close the form; its content is kept for the job that it became. */
  closeForm(job?: Job): void;
  /** The content of the form that a job came from, if this page started it. */
  formOf(job: string): INewEnvironment | null;
  askRemove(name: string | null, error?: EnvsError | null): void;
  /** The environment that is looked at closely, in place of the list. */
  readonly details: IDetails;
  readonly collector: ICollector;
  readonly binder: IBinder;
  /** Which environments have the packages that the list is filtered by. */
  readonly packages: IPackageFilter;
  /** The order of the list. */
  readonly sort: Sort;
  sortBy(sort: Sort): void;
  /** What is being asked about an environment in its row. */
  readonly asking: IQuestion | null;
  ask(question: IQuestion | null): void;
  fail(error: EnvsError | null): void;
  /** The sections that are folded. */
  readonly folded: ReadonlySet<string>;
  fold(sections: Iterable<string>): void;
}

/** All models, as commands work on them and the panel shows them. */
export interface IModels {
  readonly environments: IEnvironments;
  readonly jobs: IJobs;
  readonly pins: IPins;
  readonly catalogue: ICatalogue;
  readonly additions: IAdditions | null;
  readonly state: IPanelState;
}

export const IEnvironments = new Token<IEnvironments>(
  'jupyter-envs:IEnvironments',
  'The environments of this server.'
);
export const IJobs = new Token<IJobs>(
  'jupyter-envs:IJobs',
  'Long operations on environments: progress, result, log, cancellation.'
);
export const ICatalogue = new Token<ICatalogue>(
  'jupyter-envs:ICatalogue',
  'What can be installed: packages of the channels, templates, imports of notebooks.'
);
export const IAdditions = new Token<IAdditions>(
  'jupyter-envs:IAdditions',
  'Adding the package that a cell needs.'
);
export const IPreferences = new Token<IPreferences>(
  'jupyter-envs:IPreferences',
  'What a user may want to be otherwise.'
);
export const IPins = new Token<IPins>('jupyter-envs:IPins', "The current notebook's pin.");
export const IPanelState = new Token<IPanelState>(
  'jupyter-envs:IPanelState',
  'What the environments panel has open.'
);
