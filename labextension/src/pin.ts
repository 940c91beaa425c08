import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { coalesce } from './coalesce';
import type { IPlaces } from './front';
import { Front } from './front';
import type { IRequest } from './request';
import { merged, samePin } from './pinEntry';
import { EnvsError, shown, url } from './request';
import type {
  BuildRequest,
  Environment,
  IDraft,
  IJobs,
  IKernelView,
  IPins,
  Job,
  Pin,
  PinStatus
} from './tokens';

/** The notebook metadata's key; nothing else in this extension touches notebook metadata. */
export const METADATA_KEY = 'jupyter_envs';

/** What the pins need of JupyterLab. */
export interface IWorkspace extends IPlaces {
  readonly contents: Pick<Contents.IManager, 'localPath' | 'fileChanged'>;
}

/** The current notebook's pin: follows the current notebook, its kernel and its name; of a console only the kernel. */
export class PinsModel implements IPins {
  constructor(
    private readonly request: IRequest,
    private readonly jobs: IJobs,
    readonly draft: IDraft<BuildRequest>,
    private readonly workspace: IWorkspace
  ) {
    this.refresh = coalesce(() => this.read());
    this.front = new Front(workspace);
    this.front.changed.connect(() => this.bind());
    this.front.kernelChanged.connect(() => this._changed.emit());
    workspace.contents.fileChanged.connect((_, change) => this.onFile(change.newValue?.path));
    jobs.ended.connect((_, job) => void this.onEnded(job).catch(this.fail));
    this.bind();
  }

  readonly refresh: () => Promise<void>;
  private readonly front: Front;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get path(): string | null {
    return this._panel ? this.workspace.contents.localPath(this._panel.context.path) : null;
  }

  get console(): string | null {
    return this.front.console?.title.label ?? null;
  }

  get kernel(): IKernelView | null {
    return this.front.kernel;
  }

  get status(): PinStatus | null {
    return this._status?.path === this.path ? this._status : null;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  get busy(): boolean {
    return this._busy > 0;
  }

  pin(environment: Environment): Promise<void> {
    return this.change(async panel => {
      const status = await this.ask('PUT', {
        environment: environment.name,
        write_notebook: false
      });
      if (this.kernel?.name !== environment.kernel) {
        await this.front.switchTo(environment);
      }
      await this.write(panel, status.pin);
    });
  }

  unpin(): Promise<void> {
    return this.change(async panel => {
      await this.ask('DELETE', { write_notebook: false });
      await this.write(panel, null);
    });
  }

  use(environment: Environment): Promise<void> {
    return this.working(() => this.front.switchTo(environment));
  }

  async build(): Promise<Job | null> {
    await this.save();
    return this.draft.install();
  }

  async buildAndPin(): Promise<void> {
    await this.renewAfter(
      () => this.build(),
      async ({ id, result }) => {
        await this.pin(result as Environment);
        // the card says it now
        await this.jobs.drop(id);
      }
    );
  }

  async saveChanges(): Promise<void> {
    const environment = this.status?.environment;
    await (environment ? this.renew(() => this.build(), environment) : this.build());
  }

  renew(start: () => Promise<Job | null>, environment: Environment): Promise<void> {
    return this.renewAfter(start, () => this.pin(environment));
  }

  /** Write the pin anew after the job that `start` starts. From before it starts until the pin is written, the card
   * keeps what it says: what the server would answer in between differs, and is about to be mended. */
  private async renewAfter(
    start: () => Promise<Job | null>,
    write: (job: Job) => Promise<void>
  ): Promise<void> {
    const renewal = { path: this.path };
    this._renewals.add(renewal);
    try {
      const started = await start();
      const job = started && (await this.jobs.whenEnded(started.id));
      if (job?.state === 'done' && renewal.path === this.path) {
        // from here on it is `write` that is busy
        this._renewals.delete(renewal);
        await write(job);
      }
    } finally {
      if (this._renewals.delete(renewal)) {
        await this.refresh();
      }
    }
  }

  /** What is read now is about to be written anew. */
  private get renewing(): boolean {
    return this.busy || [...this._renewals].some(({ path }) => path === this.path);
  }

  async lock(): Promise<Job> {
    await this.save();
    const wish = { method: 'POST', body: { lock: true } } as const;
    const job = await this.request<Job>(url('pins', this.here()), wish);
    this.jobs.follow(job);
    return job;
  }

  readonly inside: IPins['inside'] = async () =>
    (await this.request<PinStatus>(`${url('pins', this.here())}?packages=true`)).packages ?? [];

  async save(): Promise<void> {
    if (this._panel?.context.model.dirty) {
      await this._panel.context.save();
    }
  }

  private async change(work: (panel: NotebookPanel) => Promise<void>): Promise<void> {
    const panel = this._panel;
    if (!panel) {
      throw new EnvsError('No notebook is open.', 'no-notebook', 0);
    }
    await this.working(() => work(panel));
  }

  private async working(work: () => Promise<void>): Promise<void> {
    this._busy += 1;
    this._changed.emit();
    try {
      await work();
    } finally {
      this._busy -= 1;
      await this.refresh();
    }
  }

  private ask(method: 'PUT' | 'DELETE', body: object): Promise<PinStatus> {
    return this.request(url('pins', this.here()), { method, body });
  }

  private here(): string {
    return this.path ?? '';
  }

  private async write(panel: NotebookPanel, pin: Pin | null): Promise<void> {
    if (pin) {
      const { model } = panel.context;
      model.setMetadata(METADATA_KEY, merged(model.getMetadata(METADATA_KEY), pin));
    } else {
      panel.context.model.deleteMetadata(METADATA_KEY);
    }
    await panel.context.save();
  }

  /** Jobs may have rewritten the notebook's pin on disk: take that over, without a question about who is right.
   * While the pin is written anew here, what was read before would undo that. */
  private async onEnded(job: Job): Promise<void> {
    const panel = this._panel;
    if (job.state !== 'done' || job.kind === 'plan' || !panel || this.renewing) {
      return;
    }
    await this.refresh();
    const pin = this.status?.pin;
    const held: unknown = panel.context.model.getMetadata(METADATA_KEY);
    if (!pin || panel !== this._panel || samePin(held, pin)) {
      return;
    }
    if (panel.context.model.dirty) {
      await this.write(panel, pin);
    } else {
      await panel.context.revert();
    }
    await this.refresh();
  }

  private async read(): Promise<void> {
    const { path, renewing } = this;
    if (path !== null) {
      try {
        const status = await this.request<PinStatus>(url('pins', path));
        if (path !== this.path) {
          return;
        }
        if (!(renewing || this.renewing) || !this.status) {
          this._status = { ...status, path };
        }
        this._error = null;
      } catch (reason) {
        this._error = path === this.path ? shown(reason) : this._error;
      }
    }
    this._changed.emit();
  }

  private readonly fail = (reason: unknown): void => {
    this._error = shown(reason);
    this._changed.emit();
  };

  private bind(): void {
    const before = this._panel;
    before?.context.pathChanged.disconnect(this.onPath);
    before?.context.saveState.disconnect(this.onSave);
    const panel = this.front.notebook;
    this._panel = panel;
    this._status = null;
    this._error = null;
    void this.draft.discard();
    this._changed.emit();
    if (panel) {
      panel.context.pathChanged.connect(this.onPath);
      panel.context.saveState.connect(this.onSave);
      // a notebook that cannot be opened says so itself
      panel.context.ready.then(this.refresh, () => undefined);
    }
  }

  private readonly onPath = (): void => void this.refresh();

  private readonly onSave = (_: unknown, state: DocumentRegistry.SaveState): void => {
    if (state === 'completed' && !this.busy) {
      void this.refresh();
    }
  };

  /** The environment file or the lock was saved in JupyterLab. */
  private onFile(path: string | undefined): void {
    const pin = this.status?.pin;
    const name = path?.split('/').pop();
    if (pin && name && [pin.file, pin.lock].some(file => file.split('/').pop() === name)) {
      void this.refresh();
    }
  }

  private readonly _renewals = new Set<{ readonly path: string | null }>();
  private _panel: NotebookPanel | null = null;
  private _status: PinStatus | null = null;
  private _error: EnvsError | null = null;
  private _busy = 0;
  private readonly _changed = new Signal<this, void>(this);
}
