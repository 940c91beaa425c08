import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { EnvsError, IRequest } from './request';
import { EnvsError as Refusal, shown, url } from './request';
import type { BadgeFormat, BinderFile, BinderReport, IBinder, IJobs, Job } from './tokens';

/** A file that people wrote or changed: it is written over only when they say so. */
export function isPeoples(file: Pick<BinderFile, 'state'>): boolean {
  return file.state === 'edited' || file.state === 'foreign';
}

/** The files that would be written. */
export function toWrite(report: BinderReport, overwrite: boolean): readonly BinderFile[] {
  return report.files.filter(file => file.state !== 'same' && (overwrite || !isPeoples(file)));
}

/** One notebook on its way to Binder. Looking writes nothing; what is written is what was shown. */
export class BinderModel implements IBinder {
  constructor(
    private readonly request: IRequest,
    private readonly jobs: Pick<IJobs, 'follow'>
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get notebook(): string | null {
    return this._notebook;
  }

  get report(): BinderReport | null {
    return this._report;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  get busy(): boolean {
    return this._busy > 0;
  }

  async look(notebook: string): Promise<void> {
    if (notebook !== this._notebook) {
      this._report = null;
    }
    this._notebook = notebook;
    await this.take(notebook, { dry_run: true });
  }

  async write(overwrite: boolean): Promise<void> {
    const { notebook, report } = this;
    if (notebook !== null && report) {
      await this.take(notebook, { plan: report.hash, overwrite });
    }
  }

  async build(): Promise<Job | null> {
    const { notebook, report } = this;
    if (notebook === null || !report) {
      return null;
    }
    const body = { notebook, hub: report.hub };
    const job = await this.request<Job>('builds', { method: 'POST', body });
    this.jobs.follow(job);
    return job;
  }

  async badge(notebook: string, format: BadgeFormat): Promise<string> {
    const other = this._report?.links.find(link => link.notebook === notebook);
    if (other && notebook !== this._notebook) {
      // one of those that are looked at together
      return other.badge[format];
    }
    await this.look(notebook);
    const badge = this._report?.badge;
    if (!badge) {
      const first = this._report?.findings[0];
      throw (
        this._error ??
        new Refusal('Nobody can say yet what a badge would open.', 'no-badge', 0, [
          ...(first ? [first.message, first.fix] : [])
        ])
      );
    }
    return badge[format];
  }

  close(): void {
    this._notebook = this._report = this._error = null;
    this._changed.emit();
  }

  /** Ask, and keep the answer unless something else is looked at by then. */
  private async take(notebook: string, body: object): Promise<void> {
    this._busy += 1;
    this._error = null;
    this._changed.emit();
    try {
      const report = await this.request<BinderReport>(url('binder', notebook), {
        method: 'POST',
        body
      });
      if (this._notebook === notebook) {
        this._report = report;
      }
    } catch (reason) {
      if (this._notebook === notebook) {
        this._error = shown(reason);
      }
    } finally {
      this._busy -= 1;
      this._changed.emit();
    }
  }

  private _notebook: string | null = null;
  private _report: BinderReport | null = null;
  private _error: EnvsError | null = null;
  private _busy = 0;
  private readonly _changed = new Signal<this, void>(this);
}
