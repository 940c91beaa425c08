import type { ConsolePanel } from '@jupyterlab/console';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import type { IWorkspace } from '../pin';

/** A notebook that is open: metadata, kernel and file, without anything to look at. */
export class Notebook {
  readonly metadata = new Map<string, unknown>();
  readonly done: string[] = [];
  readonly pathChanged = new Signal<Notebook, string>(this);
  readonly saveState = new Signal<Notebook, string>(this);
  readonly kernelChanged = new Signal<Notebook, unknown>(this);
  readonly statusChanged = new Signal<Notebook, unknown>(this);
  dirty = false;
  kernel: string | null = 'python3';
  isDisposed = false;

  constructor(public path = 'work/analysis.ipynb') {}

  readonly context = {
    ready: Promise.resolve(),
    pathChanged: this.pathChanged,
    saveState: this.saveState,
    model: {
      setMetadata: (key: string, value: unknown) => {
        this.metadata.set(key, value);
        this.dirty = true;
      },
      getMetadata: (key: string) => this.metadata.get(key),
      deleteMetadata: (key: string) => this.metadata.delete(key)
    },
    save: () => this.note('save'),
    revert: () => this.note('revert')
  };

  readonly sessionContext = {
    kernelChanged: this.kernelChanged,
    statusChanged: this.statusChanged,
    kernelDisplayName: 'Python 3 (ipykernel)',
    kernelDisplayStatus: 'idle',
    changeKernel: async ({ name }: { name: string }) => {
      await this.note(`kernel ${name}`);
      this.kernel = name;
      return { name, spec: Promise.resolve(undefined) };
    }
  };

  private note(what: string): Promise<void> {
    this.done.push(what);
    this.dirty = what === 'save' || what === 'revert' ? false : this.dirty;
    return Promise.resolve();
  }

  /** As the notebook tracker hands it out. */
  get panel(): NotebookPanel {
    const { context, sessionContext } = this;
    Object.defineProperties(context, {
      path: { get: () => this.path, configurable: true }
    });
    Object.defineProperties(context.model, {
      dirty: { get: () => this.dirty, configurable: true }
    });
    Object.defineProperties(sessionContext, {
      session: { get: () => ({ kernel: this.kernel && { name: this.kernel } }), configurable: true }
    });
    return { context, sessionContext, isDisposed: this.isDisposed } as unknown as NotebookPanel;
  }
}

/** A console: a kernel and a title. */
export class Console extends Notebook {
  readonly title = { label: 'Console 1' };

  get console(): ConsolePanel {
    const { sessionContext } = this.panel;
    return { sessionContext, title: this.title } as unknown as ConsolePanel;
  }
}

/** JupyterLab with at most one notebook and one console, one of them in front. */
export class Workspace {
  readonly currentChanged = new Signal<this, NotebookPanel | null>(this);
  readonly consoleChanged = new Signal<this, ConsolePanel | null>(this);
  readonly frontChanged = new Signal<this, unknown>(this);
  readonly fileChanged = new Signal<this, Partial<Contents.IChangedArgs>>(this);
  readonly kernels = new Set(['python3']);
  refreshed = 0;

  constructor(private current: NotebookPanel | null = null) {}

  show(panel: NotebookPanel | null): void {
    this.current = this.front = panel;
    this.currentChanged.emit(panel);
  }

  showConsole(panel: ConsolePanel | null): void {
    this.console = this.front = panel;
    this.consoleChanged.emit(panel);
  }

  /** Bring something to the front that its tracker knows already: only the shell says so. */
  bring(front: NotebookPanel | ConsolePanel | null): void {
    this.front = front;
    this.frontChanged.emit(undefined);
  }

  get services(): IWorkspace {
    const kernelspecs = () => Object.fromEntries([...this.kernels].map(name => [name, {}]));
    return {
      tracker: tracked(() => this.current, this.currentChanged),
      consoles: tracked(() => this.console, this.consoleChanged),
      shell: Object.defineProperty({ currentChanged: this.frontChanged }, 'currentWidget', {
        get: () => this.front
      }),
      contents: { localPath: (path: string) => path, fileChanged: this.fileChanged },
      kernelspecs: {
        get specs() {
          return { default: 'python3', kernelspecs: kernelspecs() };
        },
        refreshSpecs: () => {
          this.refreshed += 1;
          return Promise.resolve();
        }
      }
    } as unknown as IWorkspace;
  }

  private console: ConsolePanel | null = null;
  private front: NotebookPanel | ConsolePanel | null = null;
}

/** What a tracker is to us. */
function tracked(current: () => unknown, currentChanged: unknown): object {
  return {
    get currentWidget() {
      return current();
    },
    currentChanged,
    find: (test: (widget: unknown) => boolean) => [current()].find(one => one !== null && test(one))
  };
}
