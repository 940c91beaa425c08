import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Holding, IPackageFilter } from './listing';
import { asked } from './listing';
import type { EnvsError, IRequest } from './request';
import { shown } from './request';
import type { Environment, IEnvironments } from './tokens';

/** Milliseconds without a key pressed after which the server is asked. */
const PAUSE = 150;
/** How many answers are remembered; going back over what was typed asks nothing. */
const REMEMBERED = 50;

type Answer = ReadonlyMap<string, Holding>;

/** Which environments have the packages that somebody filters by; asked anew when the environments have changed. */
export class PackageFilter implements IPackageFilter {
  constructor(
    private readonly request: IRequest,
    environments: IEnvironments,
    private readonly pause = PAUSE
  ) {
    environments.changed.connect(() => this.renew());
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  get waiting(): boolean {
    return !this._error && this._wanted.some(text => !this._answers.has(text));
  }

  holding(text: string, environment: string): Holding | undefined {
    return this._answers.get(text)?.get(environment);
  }

  look(filter: string): void {
    this._wanted = asked(filter);
    this._error = null;
    clearTimeout(this._timer);
    if (this.waiting) {
      this._timer = setTimeout(() => void this.ask(this._wanted), this.pause);
    }
    this._changed.emit();
  }

  /** What was known may be otherwise now; it stays until the answer is there. */
  private renew(): void {
    for (const text of [...this._answers.keys()].filter(text => !this._wanted.includes(text))) {
      this._answers.delete(text);
    }
    if (this._wanted.length > 0) {
      void this.ask(this._wanted, true);
    }
  }

  private async ask(wanted: readonly string[], again = false): Promise<void> {
    const texts = wanted.filter(text => again || !this._answers.has(text));
    try {
      await Promise.all(texts.map(text => this.read(text)));
    } catch (reason) {
      this._error = wanted === this._wanted ? shown(reason) : this._error;
    }
    this._changed.emit();
  }

  private async read(text: string): Promise<void> {
    const path = `environments?package=${encodeURIComponent(text)}`;
    const found = (await this.environments(path)).flatMap(({ name, holding }) =>
      holding ? [[name, holding] as const] : []
    );
    this._answers.delete(text);
    this._answers.set(text, new Map(found));
    if (this._answers.size > REMEMBERED) {
      const [oldest] = this._answers.keys();
      this._answers.delete(oldest);
    }
  }

  /** None for a text that the server does not understand: it may become one that it does. */
  private async environments(path: string): Promise<readonly Environment[]> {
    try {
      return (await this.request<{ environments: Environment[] }>(path)).environments;
    } catch (reason) {
      if (shown(reason).status === 400) {
        return [];
      }
      throw reason;
    }
  }

  private _wanted: readonly string[] = [];
  private _error: EnvsError | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _answers = new Map<string, Answer>();
  private readonly _changed = new Signal<this, void>(this);
}
