import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { coalesce } from './coalesce';
import type { EnvsError, IRequest } from './request';
import { shown, url } from './request';
import type {
  EngineName,
  Environment,
  Export,
  ExportFormat,
  IEnvironments,
  IJobs,
  Job,
  Totals
} from './tokens';

interface IListed {
  environments: Environment[];
  totals?: Totals | null;
  default_engine?: EngineName;
}

/** The environments of this server, read again whenever told to. */
export class EnvironmentsModel implements IEnvironments {
  constructor(
    private readonly request: IRequest,
    private readonly jobs: IJobs
  ) {
    this.refresh = coalesce(() => this.read());
    jobs.ended.connect((_, job) => {
      if (job.state === 'done' && job.kind !== 'plan') {
        void this.refresh();
      }
    });
  }

  readonly refresh: () => Promise<void>;

  get items(): readonly Environment[] | null {
    return this._items;
  }

  get totals(): Totals | null {
    return this._totals;
  }

  get defaultEngine(): EngineName {
    return this._defaultEngine;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Fires with the names of the kernels, when these are others than before. */
  get kernelsChanged(): ISignal<this, readonly string[]> {
    return this._kernelsChanged;
  }

  byKernel(kernel: string | undefined): Environment | undefined {
    return kernel === undefined
      ? undefined
      : this._items?.find(item => item.kernels.includes(kernel) || item.kernel === kernel);
  }

  byName(name: string | undefined): Environment | undefined {
    return this._items?.find(item => item.name === name);
  }

  hear({ name, condition, size }: Pick<Environment, 'name' | 'condition' | 'size'>): void {
    const known = this.byName(name);
    const isNew =
      known &&
      (known.condition !== condition ||
        known.size.own !== size.own ||
        known.size.shared !== size.shared);
    if (isNew) {
      this._items = (this._items ?? []).map(item =>
        item === known ? { ...item, condition, size } : item
      );
      this._changed.emit();
    }
  }

  async remove(name: string, force = false): Promise<Job> {
    const query = force ? '?force=true' : '';
    const job = await this.request<Job>(url('environments', name) + query, { method: 'DELETE' });
    this.jobs.follow(job);
    return job;
  }

  /** Make an environment of another tool a kernel. */
  async adopt(name: string): Promise<Job> {
    const job = await this.request<Job>(url('environments', name, 'adopt'), { method: 'POST' });
    this.jobs.follow(job);
    return job;
  }

  /** Take the kernel away again; the environment stays. */
  async release(name: string): Promise<void> {
    await this.request(url('environments', name, 'adopt'), { method: 'DELETE' });
    await this.refresh();
  }

  export(name: string, format: ExportFormat): Promise<Export> {
    return this.request(`${url('environments', name, 'export')}?format=${format}`);
  }

  convert(name: string, engine: EngineName): ReturnType<IEnvironments['convert']> {
    return this.request(`${url('environments', name, 'conversion')}?to=${engine}`);
  }

  async rename(name: string, to: string, force = false): Promise<Job> {
    const body = { name: to, force };
    const path = url('environments', name, 'rename');
    const job = await this.request<Job>(path, { method: 'POST', body });
    this.jobs.follow(job);
    return job;
  }

  async describe(name: string, note: string, tags: readonly string[]): Promise<void> {
    const body = { note, tags };
    await this.request(url('environments', name, 'about'), { method: 'PUT', body });
    await this.refresh();
  }

  private async read(): Promise<void> {
    const before = this.kernels();
    try {
      const listed = await this.request<IListed>('environments');
      this._items = listed.environments;
      this._totals = listed.totals ?? null;
      this._defaultEngine = listed.default_engine ?? 'conda';
      this._error = null;
    } catch (reason) {
      this._error = shown(reason);
    }
    this._changed.emit();
    const after = this.kernels();
    if (before.join('\n') !== after.join('\n')) {
      this._kernelsChanged.emit(after);
    }
  }

  private kernels(): string[] {
    return (this._items ?? []).flatMap(item => item.kernels).sort();
  }

  private _items: readonly Environment[] | null = null;
  private _totals: Totals | null = null;
  private _defaultEngine: EngineName = 'conda';
  private _error: EnvsError | null = null;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _kernelsChanged = new Signal<this, readonly string[]>(this);
}
