import type { ISessionContext } from '@jupyterlab/apputils';
import type { ConsolePanel, IConsoleTracker } from '@jupyterlab/console';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { KernelSpec } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import { EnvsError } from './request';
import type { Environment, IKernelView } from './tokens';

/** What of JupyterLab says which notebook or console the user works in. */
export interface IPlaces {
  readonly tracker: Pick<INotebookTracker, 'currentWidget' | 'currentChanged' | 'find'>;
  /** Not every application has consoles. */
  readonly consoles: Pick<IConsoleTracker, 'currentWidget' | 'currentChanged' | 'find'> | null;
  readonly shell: {
    readonly currentWidget: Widget | null;
    readonly currentChanged?: ISignal<unknown, unknown>;
  } | null;
  readonly kernelspecs: Pick<KernelSpec.IManager, 'specs' | 'refreshSpecs'>;
}

/** The notebook or the console that the user works in, or worked in last: never both. */
export class Front {
  constructor(private readonly places: IPlaces) {
    const look = () => this.look();
    places.tracker.currentChanged.connect(look);
    places.consoles?.currentChanged.connect(look);
    // a tracker says nothing when its own current one comes back to the front
    places.shell?.currentChanged?.connect(look);
    this.look();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get notebook(): NotebookPanel | null {
    return this._notebook;
  }

  get console(): ConsolePanel | null {
    return this._console;
  }

  /** Fires when the kernel is another one, or in another state. */
  get kernelChanged(): ISignal<this, void> {
    return this._kernelChanged;
  }

  get kernel(): IKernelView | null {
    const context = this._context;
    const kernel = context?.session?.kernel;
    return context && kernel
      ? {
          name: kernel.name,
          displayName: context.kernelDisplayName,
          status: context.kernelDisplayStatus
        }
      : null;
  }

  /** Run it in an environment's kernel. */
  async switchTo(environment: Environment): Promise<void> {
    const context = this._context;
    const { kernelspecs } = this.places;
    const name = environment.kernel;
    if (!context) {
      throw new EnvsError('Neither a notebook nor a console is open.', 'nothing-open', 0);
    }
    if (name === null) {
      throw new EnvsError(`${environment.name} has no kernel.`, 'no-kernel', 0, [], {
        name: environment.name
      });
    }
    if (!kernelspecs.specs?.kernelspecs[name]) {
      await kernelspecs.refreshSpecs();
    }
    const kernel = await context.changeKernel({ name });
    // a notebook writes the kernel's spec into its metadata as soon as it knows it
    await kernel?.spec;
  }

  private look(): void {
    const { tracker, consoles, shell } = this.places;
    const widget = shell?.currentWidget ?? null;
    const notebook = tracker.find(panel => panel === widget);
    const inFront = consoles?.find(panel => panel === widget);
    const before = consoles?.find(panel => panel === this._console);
    if (notebook) {
      this.take(notebook, null);
    } else if (inFront ?? before) {
      this.take(null, inFront ?? before ?? null);
    } else {
      const last = tracker.currentWidget;
      this.take(last, last ? null : (consoles?.currentWidget ?? null));
    }
  }

  private take(notebook: NotebookPanel | null, console: ConsolePanel | null): void {
    if (notebook === this._notebook && console === this._console) {
      return;
    }
    this._context?.kernelChanged.disconnect(this.onKernel);
    this._context?.statusChanged.disconnect(this.onKernel);
    this._notebook = notebook;
    this._console = console;
    this._context = (notebook ?? console)?.sessionContext ?? null;
    this._context?.kernelChanged.connect(this.onKernel);
    this._context?.statusChanged.connect(this.onKernel);
    this._changed.emit();
  }

  private readonly onKernel = (): void => this._kernelChanged.emit();

  private _notebook: NotebookPanel | null = null;
  private _console: ConsolePanel | null = null;
  private _context: ISessionContext | null = null;
  private readonly _kernelChanged = new Signal<this, void>(this);
  private readonly _changed = new Signal<this, void>(this);
}
