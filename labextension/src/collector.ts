import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { isOver } from './jobs';
import type { EnvsError, IRequest } from './request';
import { failure, shown } from './request';
import type { Collection, ICollector, IJobs, Job } from './tokens';

/** Taking away what nothing needs: first what that is, then it. */
export class Collector implements ICollector {
  constructor(
    private readonly request: IRequest,
    private readonly jobs: IJobs
  ) {
    jobs.changed.connect(() => this._job && this._changed.emit());
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get open(): boolean {
    return this._open;
  }

  get working(): Job | null {
    const job = this.jobs.items.find(job => job.id === this._job);
    return job && !isOver(job) ? job : null;
  }

  get preview(): Collection | null {
    return this._preview;
  }

  get freed(): Collection | null {
    return this._freed;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  owns(job: Job): boolean {
    return job.id === this._job;
  }

  async look(): Promise<void> {
    this.close();
    this._open = true;
    this._changed.emit();
    this._preview = await this.run(true);
    this._changed.emit();
  }

  async collect(): Promise<void> {
    if (this._preview) {
      this._preview = null;
      this._freed = await this.run(false);
      this._changed.emit();
    }
  }

  close(): void {
    if (this.working) {
      void this.jobs.drop(this._job ?? '').catch(() => undefined);
    }
    this._open = false;
    this._job = this._preview = this._freed = this._error = null;
    this._changed.emit();
  }

  /** What the job brought; null if it failed or is no longer wanted. */
  private async run(dryRun: boolean): Promise<Collection | null> {
    try {
      const body = { dry_run: dryRun };
      const job = await this.request<Job>('gc', { method: 'POST', body });
      this._job = job.id;
      this.jobs.follow(job);
      return await this.ended(job.id);
    } catch (reason) {
      this._error = this._open ? shown(reason) : null;
      return null;
    }
  }

  private async ended(id: string): Promise<Collection | null> {
    const job = await this.jobs.whenEnded(id);
    await this.jobs.drop(id).catch(() => undefined);
    if (this._job !== id) {
      return null;
    }
    this._job = null;
    this._error = job.state === 'failed' ? failure(job) : null;
    return job.state === 'done' ? (job.result as Collection) : null;
  }

  private _open = false;
  private _job: string | null = null;
  private _preview: Collection | null = null;
  private _freed: Collection | null = null;
  private _error: EnvsError | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
