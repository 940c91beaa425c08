import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { coalesce } from './coalesce';
import { isOver } from './jobs';
import type { IRequest } from './request';
import { EnvsError, failure, shown, url } from './request';
import { isMeasured } from './rows';
import type {
  ChangeWish,
  Environment,
  EnvironmentDetail,
  IDetails,
  IDraft,
  IEnvironments,
  IJobs,
  Job,
  NewerList,
  RollbackWish,
  Size,
  Verification
} from './tokens';

/** One environment that is looked at closely. It is read again when it is another one than before. */
export class Details implements IDetails {
  constructor(
    private readonly request: IRequest,
    private readonly environments: Pick<IEnvironments, 'byName' | 'changed' | 'hear'>,
    private readonly jobs: IJobs,
    readonly draft: IDraft<ChangeWish | RollbackWish>
  ) {
    this.refresh = coalesce(() => this.read());
    environments.changed.connect(() => this.compare());
    jobs.ended.connect((_, job) => this.followRename(job));
    jobs.changed.connect(() => this._verifying && this._changed.emit());
    draft.changed.connect(() => this._changed.emit());
  }

  readonly refresh: () => Promise<void>;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get name(): string | null {
    return this._name;
  }

  get left(): string | null {
    return this._left;
  }

  get data(): EnvironmentDetail | null {
    return this._data;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  get verifying(): Job | null {
    const job = this.jobs.items.find(job => job.id === this._verifying);
    return job && !isOver(job) ? job : null;
  }

  get verification(): Verification | null {
    return this._verification;
  }

  get newer(): NewerList | null {
    return this._newer;
  }

  get lookingForNewer(): boolean {
    return this._asked !== null;
  }

  get counting(): boolean {
    return this._counting !== null && this._counting === this._name;
  }

  /** Nobody waits for the answer: one that comes after a change, or for another environment, is dropped. */
  async lookForNewer(): Promise<void> {
    const asked = (this._asked = url('environments', this._name ?? '', 'newer'));
    this._newer = this._error = null;
    this._changed.emit();
    const found = await this.request<NewerList>(asked).catch((reason: unknown) => shown(reason));
    if (this._asked !== asked) {
      return;
    }
    this._asked = null;
    if (found instanceof EnvsError) {
      this._error = found;
    } else {
      this._newer = found;
    }
    this._changed.emit();
  }

  owns(job: Job): boolean {
    return job.id === this._verifying || this.draft.owns(job);
  }

  async open(name: string): Promise<void> {
    if (name !== this._name) {
      this.forget();
      this._name = name;
      this._changed.emit();
      await this.draft.discard();
    }
    await this.refresh();
  }

  close(): void {
    this._left = this._name;
    this.forget();
    this._changed.emit();
    void this.draft.discard();
  }

  async install(): Promise<Job | null> {
    return this.draft.install();
  }

  async verify(): Promise<void> {
    const name = this._name ?? '';
    this._verification = null;
    const path = url('environments', name, 'verify');
    const job = await this.request<Job>(path, { method: 'POST', body: {} });
    this.jobs.follow(job);
    if (this._name !== name) {
      return;
    }
    this._verifying = job.id;
    this._changed.emit();
    const ended = await this.jobs.whenEnded(job.id);
    if (this._verifying !== job.id) {
      return;
    }
    this._verifying = null;
    this._error = ended.state === 'failed' ? failure(ended) : null;
    this._verification = ended.state === 'done' ? (ended.result as Verification) : null;
    this._changed.emit();
    await this.jobs.drop(job.id).catch(() => undefined);
  }

  private async read(): Promise<void> {
    const name = this._name;
    if (name === null) {
      return;
    }
    try {
      const data = await this.request<EnvironmentDetail>(url('environments', name));
      this.take(name, data, null);
    } catch (reason) {
      this.take(name, this._data, shown(reason));
    }
  }

  /** An answer that comes too late is dropped. */
  private take(name: string, data: EnvironmentDetail | null, error: EnvsError | null): void {
    if (this._name === name) {
      this._data = data;
      this._error = error;
      this._changed.emit();
      if (data && !error) {
        this.environments.hear({
          ...data,
          size: this.environments.byName(name)?.size ?? data.size
        });
        void this.count(data);
      }
    }
  }

  /** What another tool's environment takes on disk takes long to count: once, and after all else is there. */
  private async count(data: EnvironmentDetail): Promise<void> {
    const { name } = data;
    if (this._counting === name || isMeasured(this.environments.byName(name) ?? data)) {
      return;
    }
    this._counting = name;
    this._changed.emit();
    try {
      const size = await this.request<Size>(url('environments', name, 'size'));
      this.environments.hear({ ...data, size });
    } catch (reason) {
      this.take(name, data, shown(reason));
    }
    this._counting = this._counting === name ? null : this._counting;
    this._changed.emit();
  }

  /** Read again if the list says that this has become another one. */
  private compare(): void {
    const now = this._name === null ? undefined : this.environments.byName(this._name);
    if (now && this._data && !same(now, this._data)) {
      this._verification = this._newer = this._asked = null;
      void this.refresh();
    }
  }

  private followRename(job: Job): void {
    if (job.kind === 'rename' && job.state === 'done' && job.environment === this._name) {
      void this.open((job.result as Environment).name);
    }
  }

  private forget(): void {
    this._name = this._data = this._error = null;
    this._verifying = this._verification = this._newer = this._asked = null;
  }

  private _counting: string | null = null;
  private _name: string | null = null;
  private _left: string | null = null;
  private _data: EnvironmentDetail | null = null;
  private _error: EnvsError | null = null;
  private _verifying: string | null = null;
  private _verification: Verification | null = null;
  private _newer: NewerList | null = null;
  private _asked: string | null = null;
  private readonly _changed = new Signal<this, void>(this);
}

function same(one: Environment, other: Environment): boolean {
  return one.generation === other.generation && one.packages === other.packages;
}
