import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Contents, KernelSpec } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { coalesce } from './coalesce';
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
export interface IWorkspace {
  readonly tracker: Pick<INotebookTracker, 'currentWidget' | 'currentChanged'>;
  readonly contents: Pick<Contents.IManager, 'localPath' | 'fileChanged'>;
  readonly kernelspecs: Pick<KernelSpec.IManager, 'specs' | 'refreshSpecs'>;
}

/** The current notebook's pin: follows the current notebook, its kernel and its name. */
export class PinsModel implements IPins {
  constructor(
    private readonly request: IRequest,
    private readonly jobs: IJobs,
    readonly draft: IDraft<BuildRequest>,
    private readonly workspace: IWorkspace
  ) {
    this.refresh = coalesce(() => this.read());
    workspace.tracker.currentChanged.connect((_, panel) => this.bind(panel));
    workspace.contents.fileChanged.connect((_, change) => this.onFile(change.newValue?.path));
    jobs.ended.connect((_, job) => void this.onEnded(job).catch(this.fail));
    this.bind(workspace.tracker.currentWidget);
  }

  readonly refresh: () => Promise<void>;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get path(): string | null {
    return this._panel ? this.workspace.contents.localPath(this._panel.context.path) : null;
  }

  get kernel(): IKernelView | null {
    const context = this._panel?.sessionContext;
    const kernel = context?.session?.kernel;
    return context && kernel
      ? {
          name: kernel.name,
          displayName: context.kernelDisplayName,
          status: context.kernelDisplayStatus
        }
      : null;
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
        await this.switchTo(panel, environment);
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
    return this.change(panel => this.switchTo(panel, environment));
  }

  async build(): Promise<Job | null> {
    await this.save();
    return this.draft.install();
  }

  async saveChanges(): Promise<void> {
    const environment = this.status?.environment;
    const path = this.path;
    const job = await this.build();
    if (!job || !environment) {
      return;
    }
    const { state } = await this.jobs.whenEnded(job.id);
    if (state === 'done' && path === this.path) {
      await this.pin(environment);
    }
  }

  async lock(): Promise<Job> {
    await this.save();
    const job = await this.request<Job>(url('pins', this.here()), {
      method: 'POST',
      body: { lock: true }
    });
    this.jobs.follow(job);
    return job;
  }

  async save(): Promise<void> {
    if (this._panel?.context.model.dirty) {
      await this._panel.context.save();
    }
  }

  dispose(): void {
    this.bind(null);
    Signal.clearData(this);
  }

  private async change(work: (panel: NotebookPanel) => Promise<void>): Promise<void> {
    const panel = this._panel;
    if (!panel) {
      throw new EnvsError('No notebook is open.', 'not-found', 0);
    }
    this._busy += 1;
    this._changed.emit();
    try {
      await work(panel);
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

  private async switchTo(panel: NotebookPanel, environment: Environment): Promise<void> {
    const name = environment.kernel;
    if (name === null) {
      throw new EnvsError(`${environment.name} has no kernel.`, 'not-found', 0);
    }
    if (!this.workspace.kernelspecs.specs?.kernelspecs[name]) {
      await this.workspace.kernelspecs.refreshSpecs();
    }
    const kernel = await panel.sessionContext.changeKernel({ name });
    // the notebook writes the kernel's spec into its metadata as soon as it knows it
    await kernel?.spec;
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

  /** Jobs may have rewritten the notebook's pin on disk: take that over, without a question about who is right. */
  private async onEnded(job: Job): Promise<void> {
    const panel = this._panel;
    if (job.state !== 'done' || job.kind === 'plan' || !panel) {
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
    const path = this.path;
    if (path !== null) {
      try {
        const status = await this.request<PinStatus>(url('pins', path));
        if (path !== this.path) {
          return;
        }
        this._status = { ...status, path };
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

  private bind(panel: NotebookPanel | null): void {
    if (panel === this._panel) {
      return;
    }
    if (this._panel && !this._panel.isDisposed) {
      this.unfollow(this._panel);
    }
    this._panel = panel;
    this._status = null;
    this._error = null;
    void this.draft.discard();
    this._changed.emit();
    if (panel) {
      this.follow(panel);
      // a notebook that cannot be opened says so itself
      panel.context.ready.then(this.refresh, () => undefined);
    }
  }

  private follow({ context, sessionContext }: NotebookPanel): void {
    sessionContext.kernelChanged.connect(this.onKernel);
    sessionContext.statusChanged.connect(this.onKernel);
    context.pathChanged.connect(this.onPath);
    context.saveState.connect(this.onSave);
  }

  private unfollow({ context, sessionContext }: NotebookPanel): void {
    sessionContext.kernelChanged.disconnect(this.onKernel);
    sessionContext.statusChanged.disconnect(this.onKernel);
    context.pathChanged.disconnect(this.onPath);
    context.saveState.disconnect(this.onSave);
  }

  private readonly onKernel = (): void => this._changed.emit();

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

  private _panel: NotebookPanel | null = null;
  private _status: PinStatus | null = null;
  private _error: EnvsError | null = null;
  private _busy = 0;
  private readonly _changed = new Signal<this, void>(this);
}
