import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { BinderModel } from './binder';
import { Collector } from './collector';
import { Details } from './details';
import { Draft, toChange } from './draft';
import type { IPackageFilter, Sort } from './listing';
import { EMPTY } from './newEnvironment';
import { PackageFilter } from './packageFilter';
import type { EnvsError, IRequest } from './request';
import type {
  ChangeWish,
  IBinder,
  ICollector,
  IDetails,
  IDraft,
  IEnvironments,
  IJobs,
  INewEnvironment,
  IPanelState,
  IQuestion,
  Job,
  RollbackWish
} from './tokens';

/** The state of a panel in which nothing is open. */
export function panelState(
  request: IRequest,
  environments: IEnvironments,
  jobs: IJobs
): PanelState {
  const changes = new Draft<ChangeWish | RollbackWish>(request, jobs, toChange);
  return new PanelState(
    new Draft(request, jobs),
    new Details(request, environments, jobs, changes),
    new Collector(request, jobs),
    new BinderModel(request, jobs),
    new PackageFilter(request, environments)
  );
}

/** What the panel has open. No DOM: commands change it, the panel shows it. */
export class PanelState implements IPanelState {
  constructor(
    readonly draft: IDraft,
    readonly details: IDetails,
    readonly collector: ICollector,
    readonly binder: IBinder,
    readonly packages: IPackageFilter
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get form(): INewEnvironment | null {
    return this._form;
  }

  get removing(): IPanelState['removing'] {
    return this._removing;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  get folded(): ReadonlySet<string> {
    return this._folded;
  }

  openForm(content: Partial<INewEnvironment> = {}): void {
    this._form = { ...EMPTY, ...this._form, ...content };
    void this.draft.discard();
    this._changed.emit();
  }

  closeForm(job?: Job): void {
    if (job && this._form) {
      this._forms.set(job.id, this._form);
    }
    this._form = null;
    void this.draft.discard();
    this._changed.emit();
  }

  formOf(job: string): INewEnvironment | null {
    return this._forms.get(job) ?? null;
  }

  askRemove(name: string | null, error: EnvsError | null = null): void {
    this._removing = name === null ? null : { name, error };
    this._asking = null;
    this._changed.emit();
  }

  get sort(): Sort {
    return this._sort;
  }

  sortBy(sort: Sort): void {
    this._sort = sort;
    this._changed.emit();
  }

  get asking(): IQuestion | null {
    return this._asking;
  }

  ask(question: IQuestion | null): void {
    this._asking = question;
    this._removing = null;
    this._changed.emit();
  }

  fail(error: EnvsError | null): void {
    this._error = error;
    this._changed.emit();
  }

  fold(sections: Iterable<string>): void {
    this._folded = new Set(sections);
    this._changed.emit();
  }

  private _form: INewEnvironment | null = null;
  private readonly _forms = new Map<string, INewEnvironment>();
  private _removing: IPanelState['removing'] = null;
  private _sort: Sort = 'name';
  private _asking: IQuestion | null = null;
  private _error: EnvsError | null = null;
  private _folded: ReadonlySet<string> = new Set<string>();
  private readonly _changed = new Signal<this, void>(this);
}
