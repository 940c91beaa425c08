import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { EnvsError, IRequest } from './request';
import { shown, url } from './request';
import type {
  EngineName,
  ICatalogue,
  ModuleProvider,
  NotebookImports,
  PackageHit,
  Template
} from './tokens';

/** Milliseconds without a key pressed after which is looked for what was typed. */
const PAUSE = 150;
/** As many packages as a person looks through. */
const LIMIT = 20;
/** How many answers are remembered; going back over what was typed asks nothing. */
const REMEMBERED = 50;

/** What can be installed. Answers that come too late are dropped. */
export class Catalogue implements ICatalogue {
  constructor(
    private readonly request: IRequest,
    private readonly pause = PAUSE
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get query(): string {
    return this._query;
  }

  get hits(): readonly PackageHit[] | null {
    return this._answers.get(this._key) ?? null;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  get templates(): readonly Template[] {
    return this._templates;
  }

  look(query: string, channels: readonly string[] = []): void {
    const wanted = query.trim().toLowerCase();
    const parts = [`q=${encodeURIComponent(wanted)}`, `limit=${LIMIT}`];
    const key = [...parts, ...channels.map(name => `channel=${encodeURIComponent(name)}`)].join(
      '&'
    );
    if (key === this._key) {
      return;
    }
    clearTimeout(this._timer);
    this._query = wanted;
    this._key = key;
    this._error = null;
    if (wanted && !this._answers.has(key)) {
      this._timer = setTimeout(() => void this.ask(key), this.pause);
    }
    this._changed.emit();
  }

  async readTemplates(): Promise<void> {
    this._templates = (await this.request<{ templates: Template[] }>('templates')).templates;
    this._changed.emit();
  }

  imports(path: string): Promise<NotebookImports> {
    return this.request(url('imports', path));
  }

  provider(module: string, engine: EngineName = 'conda'): Promise<ModuleProvider> {
    return this.request(url('modules', module) + (engine === 'pypi' ? '?engine=pypi' : ''));
  }

  private async ask(key: string): Promise<void> {
    try {
      const { packages } = await this.request<{ packages: PackageHit[] }>(`packages?${key}`);
      this.remember(key, packages);
    } catch (reason) {
      this._error = key === this._key ? shown(reason) : this._error;
    }
    if (key === this._key) {
      this._changed.emit();
    }
  }

  private remember(key: string, packages: readonly PackageHit[]): void {
    this._answers.set(key, packages);
    if (this._answers.size > REMEMBERED) {
      const [oldest] = this._answers.keys();
      this._answers.delete(oldest);
    }
  }

  private _query = '';
  private _key = '';
  private _error: EnvsError | null = null;
  private _templates: readonly Template[] = [];
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _answers = new Map<string, readonly PackageHit[]>();
  private readonly _changed = new Signal<this, void>(this);
}
