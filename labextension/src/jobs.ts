import { PromiseDelegate } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { coalesce } from './coalesce';
import type { IRequest } from './request';
import { EnvsError, url } from './request';
import type { IJobs, Job, JobError } from './tokens';

/** Milliseconds of silence after which a running job is looked at without having been told to. */
const SILENCE = 2000;

/** What is said of a job that vanished. */
const LOST: JobError = {
  code: 'job-gone',
  message: 'The server no longer knows this job.',
  hints: ['Look whether it has done its work, or start it again.'],
  fields: {}
};

/** Has the job reached its end? */
export function isOver(job: Job): boolean {
  return job.state !== 'queued' && job.state !== 'running';
}

/** The environment that a job made was made again since, or taken away; the newest job comes first. */
export function isOldNews(job: Job, all: readonly Job[]): boolean {
  const since = all.slice(0, all.indexOf(job)).filter(one => one.environment === job.environment);
  return (
    job.state === 'done' &&
    since.some(
      ({ kind, state }) =>
        ['create', 'remove', 'rename'].includes(kind) && !['failed', 'cancelled'].includes(state)
    )
  );
}

/** When a download was first seen, and at how many bytes. */
interface IMark {
  time: number;
  bytes: number;
}

/**
 * The long operations of this server.
 *
 * Hints that a job has changed come through `hint`; while a job runs and no hint comes, it is looked at every two
 * seconds. With no job running, nothing is asked.
 */
export class JobsModel implements IJobs {
  constructor(
    private readonly request: IRequest,
    private readonly now: () => number = Date.now,
    private readonly silence = SILENCE
  ) {
    this.refresh = coalesce(() => this.readAll());
  }

  readonly refresh: () => Promise<void>;

  get items(): readonly Job[] {
    return [...this._jobs.values()].sort((a, b) => b.created.localeCompare(a.created));
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get ended(): ISignal<this, Job> {
    return this._ended;
  }

  isNews(job: Job): boolean {
    return this._news.has(job.id);
  }

  follow(job: Job): void {
    this.take(job);
    this._changed.emit();
  }

  /** A job is no longer listed. */
  gone(id: string): void {
    this._dismissed.add(id);
    this.forget(id);
    this._changed.emit();
  }

  /** A job may have changed: read it again. */
  async hint(id: string): Promise<void> {
    let read = this._readers.get(id);
    if (!read) {
      read = coalesce(() => this.read(id));
      this._readers.set(id, read);
    }
    await read();
  }

  async whenEnded(id: string): Promise<Job> {
    const job = this._jobs.get(id);
    if (job && isOver(job)) {
      return job;
    }
    let waiting = this._waiting.get(id);
    if (!waiting) {
      waiting = new PromiseDelegate<Job>();
      this._waiting.set(id, waiting);
    }
    return waiting.promise;
  }

  rate(id: string): number | null {
    const job = this._jobs.get(id);
    const mark = this._marks.get(id);
    if (!job?.progress || !mark || isOver(job)) {
      return null;
    }
    const seconds = (this.now() - mark.time) / 1000;
    const bytes = job.progress.bytes_done - mark.bytes;
    return seconds >= 1 && bytes > 0 ? bytes / seconds : null;
  }

  async drop(id: string): Promise<void> {
    const job = this._jobs.get(id);
    if (job?.error !== LOST) {
      await this.request(url('jobs', id), { method: 'DELETE' });
    }
    if (!job || isOver(job)) {
      this._dismissed.add(id);
      this.forget(id);
      this._changed.emit();
    } else {
      await this.hint(id);
    }
  }

  log(id: string): Promise<string> {
    return this.request(url('jobs', id, 'log'));
  }

  dispose(): void {
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private async readAll(): Promise<void> {
    const { jobs } = await this.request<{ jobs: Job[] }>('jobs');
    const listed = new Set(jobs.map(job => job.id));
    [...this._jobs.keys()].filter(id => !listed.has(id)).forEach(id => this.lose(id));
    jobs.forEach(job => this.take(job, this._jobs.has(job.id)));
    this._changed.emit();
  }

  private async read(id: string): Promise<void> {
    try {
      this.take(await this.request<Job>(url('jobs', id)));
    } catch (reason) {
      if (!(reason instanceof EnvsError) || reason.status !== 404) {
        this.watch();
        return;
      }
      this.lose(id);
    }
    this._changed.emit();
  }

  /** The server does not know it. One that still ran has failed, as far as anybody can tell; that stays to be seen.
   * A plan is only missed by whoever waits for it. */
  private lose(id: string): void {
    const job = this._jobs.get(id);
    if (job && !isOver(job) && job.kind !== 'plan') {
      this.take({ ...job, state: 'failed', error: LOST });
    } else if (job?.error !== LOST) {
      this.forget(id);
    }
  }

  private take(job: Job, watched = true): void {
    const before = this._jobs.get(job.id);
    // what was asked for before it was dismissed may be answered after
    if (this._dismissed.has(job.id) || (before && isOver(before))) {
      return;
    }
    this._jobs.set(job.id, job);
    if (job.progress?.phase === 'fetching' && !this._marks.has(job.id)) {
      this._marks.set(job.id, { time: this.now(), bytes: job.progress.bytes_done });
    }
    if (isOver(job)) {
      this.settle(job, watched);
    }
    this.watch();
  }

  private settle(job: Job, watched: boolean): void {
    this._marks.delete(job.id);
    this._readers.delete(job.id);
    this._waiting.get(job.id)?.resolve(job);
    this._waiting.delete(job.id);
    if (watched) {
      this._news.add(job.id);
      this._ended.emit(job);
    }
  }

  /** Whoever waits for the job hears that it vanished. */
  private forget(id: string): void {
    this._jobs.delete(id);
    this._news.delete(id);
    this._marks.delete(id);
    this._readers.delete(id);
    this._waiting.get(id)?.reject(new EnvsError(LOST.message, LOST.code, 404, LOST.hints));
    this._waiting.delete(id);
  }

  private watch(): void {
    clearTimeout(this._timer);
    const running = this.items.filter(job => !isOver(job));
    if (running.length) {
      this._timer = setTimeout(() => running.forEach(job => void this.hint(job.id)), this.silence);
    }
  }

  private readonly _jobs = new Map<string, Job>();
  private readonly _news = new Set<string>();
  private readonly _dismissed = new Set<string>();
  private readonly _marks = new Map<string, IMark>();
  private readonly _readers = new Map<string, () => Promise<void>>();
  private readonly _waiting = new Map<string, PromiseDelegate<Job>>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Job>(this);
}
