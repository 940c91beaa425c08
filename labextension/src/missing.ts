import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { shown } from './request';
import type {
  AddRequest,
  Environment,
  IAdditions,
  ICatalogue,
  IDraft,
  IEnvironments,
  IJobs,
  IMissing,
  Job,
  ModuleProvider
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

/** What is asked for to bring a module into an environment. */
export function addRequest(provider: ModuleProvider, environment: string): AddRequest | null {
  if (provider.package === null) {
    return null;
  }
  const wish = { [provider.manager === 'pip' ? 'pip' : 'install']: [provider.package] };
  return { environment, ...wish };
}

/** Adding a package that a cell turned out to need: by its plan, and then the cell once more. */
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
      const provider = await this.catalogue.provider(module);
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
    this._changed.emit();
    await this.draft.propose(missing.request);
  }

  async install(): Promise<Job | null> {
    const missing = this._current;
    const additive = this.draft.plan?.additive ?? false;
    const job = await this.draft.install();
    if (job && missing) {
      this._current = null;
      this._changed.emit();
      if (additive) {
        void this.runAgain(job, missing);
      }
    }
    return job;
  }

  async discard(): Promise<void> {
    this._current = null;
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
  private readonly _changed = new Signal<this, void>(this);
}
