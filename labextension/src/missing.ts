import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { wished } from './packages';
import { shown } from './request';
import type {
  AddRequest,
  Environment,
  IAddForm,
  IAdditions,
  ICatalogue,
  IDraft,
  IEnvironments,
  IJobs,
  IMissing,
  IPins,
  Job,
  ModuleProvider,
  Pin,
  PinStatus
} from './tokens';

/** An error as a cell has it. */
export interface ICellError {
  readonly errorName: string;
  readonly errorValue: string;
}

/** The module that an error says is missing; null if it says something else. */
export function missingModule(error: ICellError): string | null {
  if (error.errorName !== 'ModuleNotFoundError') {
    return null;
  }
  return /^No module named '([\p{L}_][\p{L}\p{N}_.]*)'/u.exec(error.errorValue)?.[1] ?? null;
}

const EMPTY = { packages: '', typed: '' };

/** What is asked for to bring a module into an environment. */
export function addRequest(provider: ModuleProvider, environment: string): AddRequest | null {
  if (provider.package === null) {
    return null;
  }
  const wish = { [provider.manager === 'pip' ? 'pip' : 'install']: [provider.package] };
  return { environment, ...wish };
}

/** The pin of the current notebook that is as it should be, and has to say what is added to its environment. */
export function toRenew(
  { status }: Pick<IPins, 'status'>,
  environment: string | null
): (PinStatus & { readonly pin: Pin; readonly environment: Environment }) | null {
  const { pin = null, environment: found = null } = status ?? {};
  return status?.verdict.state === 'match' && pin && found && found.name === environment
    ? { ...status, pin, environment: found }
    : null;
}

/** Adding packages to an environment by their plan; where a cell needs them, the cell runs once more. */
export class Additions implements IAdditions {
  constructor(
    private readonly environments: Pick<IEnvironments, 'byKernel'>,
    private readonly catalogue: Pick<ICatalogue, 'provider'>,
    private readonly jobs: Pick<IJobs, 'whenEnded'>,
    readonly draft: IDraft<AddRequest>
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get current(): IMissing | null {
    return this._current;
  }

  get form(): IAddForm | null {
    return this._form;
  }

  get environment(): string | null {
    return (this._current ?? this._form)?.environment ?? null;
  }

  openForm(environment: string, change: Partial<Omit<IAddForm, 'environment'>> = {}): void {
    const before = this._form?.environment === environment ? this._form : EMPTY;
    this._form = { ...before, ...change, environment };
    this._current = null;
    this._changed.emit();
    void this.draft.discard();
  }

  async plan(): Promise<void> {
    if (this._form) {
      const { environment, packages, typed } = this._form;
      await this.draft.propose({ environment, ...wished(`${packages}\n${typed}`) });
    }
  }

  async look(
    error: ICellError,
    kernel: string | undefined
  ): Promise<Omit<IMissing, 'again'> | null> {
    const module = missingModule(error);
    const environment = this.own(kernel);
    if (module === null || !environment) {
      return null;
    }
    try {
      const provider = await this.catalogue.provider(module, environment.engine);
      const request = addRequest(provider, environment.name);
      const useful = provider.kind === 'package' || provider.kind === 'unknown';
      return useful && request
        ? { module, environment: environment.name, provider, request }
        : null;
    } catch {
      // nobody asked for an offer: without an answer there is none
      return null;
    }
  }

  async propose(missing: IMissing): Promise<void> {
    this._current = missing;
    this._form = null;
    this._changed.emit();
    await this.draft.propose(missing.request);
  }

  async install(): Promise<Job | null> {
    const missing = this._current;
    const additive = this.draft.plan?.additive ?? false;
    const job = await this.draft.install();
    if (job) {
      this._current = this._form = null;
      this._changed.emit();
    }
    if (job && missing && additive) {
      void this.runAgain(job, missing);
    }
    return job;
  }

  async discard(): Promise<void> {
    this._current = this._form = null;
    this._changed.emit();
    await this.draft.discard();
  }

  /** Only an environment of ours can be changed. */
  private own(kernel: string | undefined): Environment | undefined {
    const environment = this.environments.byKernel(kernel);
    return environment?.foreign ? undefined : environment;
  }

  private async runAgain(job: Job, missing: IMissing): Promise<void> {
    try {
      const ended = await this.jobs.whenEnded(job.id);
      if (ended.state === 'done') {
        await missing.again();
      }
    } catch (reason) {
      console.warn('The cell was not run again.', shown(reason).message);
    }
  }

  private _current: IMissing | null = null;
  private _form: IAddForm | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
