import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { isOver } from './jobs';
import type { EnvsError, IRequest, IRequestOptions } from './request';
import { failure, shown, url } from './request';
import type {
  BuildRequest,
  ChangeWish,
  CreateRequest,
  IDraft,
  IJobs,
  Job,
  Plan,
  RollbackWish
} from './tokens';

/** Where a request goes, and as what. */
interface IAddressed extends IRequestOptions {
  path: string;
  body: object;
}

/** A request for a new environment. */
function toCreate(body: object): IAddressed {
  return { path: 'environments', method: 'POST', body };
}

/** A request about the notebook's environment: to build it, or to write down what was changed by hand. */
export function toBuild(request: BuildRequest): IAddressed {
  return 'adopt' in request
    ? { path: url('environments', request.adopt, 'adopt-changes'), method: 'POST', body: {} }
    : toCreate(request);
}

/** A request to change an environment, or to make it what it was. */
export function toChange({ environment, ...body }: ChangeWish | RollbackWish): IAddressed {
  return 'generation' in body
    ? { path: url('environments', environment, 'rollback'), method: 'POST', body }
    : { path: url('environments', environment), method: 'PATCH', body };
}

/** A request on its way to an install. The plan is made by a job that belongs to the draft. */
export class Draft<R extends object = CreateRequest> implements IDraft<R> {
  constructor(
    private readonly ask: IRequest,
    private readonly jobs: IJobs,
    private readonly address: (request: R) => IAddressed = toCreate
  ) {
    jobs.changed.connect(() => {
      if (this._jobId) {
        this._changed.emit();
      }
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get request(): R | null {
    return this._request;
  }

  get plan(): Plan | null {
    return this._plan;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  get planning(): Job | null {
    const job = this.job;
    return job && !isOver(job) ? job : null;
  }

  get failed(): Job | null {
    const job = this.job;
    return job?.state === 'failed' ? job : null;
  }

  owns(job: Job): boolean {
    return job.id === this._jobId;
  }

  async propose(request: R): Promise<void> {
    await this.discard();
    this._request = request;
    this._changed.emit();
    try {
      const job = await this.post(request, { dry_run: true });
      this._jobId = job.id;
      this.jobs.follow(job);
      this.conclude(job.id, await this.jobs.whenEnded(job.id));
    } catch (reason) {
      this._error = shown(reason);
    }
    this._changed.emit();
  }

  async install(): Promise<Job | null> {
    const plan = this._plan;
    if (!this._request || !plan) {
      return null;
    }
    try {
      const job = await this.post(this._request, { plan: plan.hash });
      await this.discard();
      this.jobs.follow(job);
      return job;
    } catch (reason) {
      this._plan = null;
      this._error = shown(reason);
      this._changed.emit();
      return null;
    }
  }

  async discard(): Promise<void> {
    const id = this._jobId;
    if (!this._request && !id) {
      return;
    }
    this._request = this._plan = this._error = this._jobId = null;
    this._changed.emit();
    if (id) {
      await this.dismiss(id);
    }
  }

  private post(request: R, more: object): Promise<Job> {
    const { path, method, body } = this.address(request);
    return this.ask(path, { method, body: { ...body, ...more } });
  }

  /** Take what the plan's job brought, unless the draft has moved on. */
  private conclude(id: string, job: Job): void {
    if (this._jobId !== id) {
      return;
    }
    if (job.state === 'failed') {
      this._error = failure(job);
      return;
    }
    this._plan = job.state === 'done' ? (job.result as Plan) : null;
    this._request = this._plan && this._request;
    this._jobId = null;
    void this.dismiss(id);
  }

  /** The job has served its purpose; that it may be gone already is no news. */
  private async dismiss(id: string): Promise<void> {
    try {
      await this.jobs.drop(id);
      if (this.jobs.items.some(job => job.id === id)) {
        await this.jobs.drop(id);
      }
    } catch {
      // the server forgets old jobs by itself
    }
  }

  private get job(): Job | undefined {
    return this.jobs.items.find(job => job.id === this._jobId);
  }

  private _request: R | null = null;
  private _plan: Plan | null = null;
  private _error: EnvsError | null = null;
  private _jobId: string | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
