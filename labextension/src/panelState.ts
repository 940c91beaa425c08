import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { EnvsError } from './request';
import type { IDraft, INewEnvironment, IPanelState } from './tokens';

const EMPTY: INewEnvironment = { name: '', packages: '', channels: '', file: null };

/** What the panel has open. No DOM: commands change it, the panel shows it. */
export class PanelState implements IPanelState {
  constructor(readonly draft: IDraft) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get form(): INewEnvironment | null {
    return this._form;
  }

  get removing(): IPanelState['removing'] {
    return this._removing;
  }

  get error(): EnvsError | null {
    return this._error;
  }

  openForm(content: Partial<INewEnvironment> = {}): void {
    this._form = { ...EMPTY, ...this._form, ...content };
    this._changed.emit();
  }

  closeForm(): void {
    this._form = null;
    void this.draft.discard();
    this._changed.emit();
  }

  askRemove(name: string | null, error: EnvsError | null = null): void {
    this._removing = name === null ? null : { name, error };
    this._changed.emit();
  }

  fail(error: EnvsError | null): void {
    this._error = error;
    this._changed.emit();
  }

  private _form: INewEnvironment | null = null;
  private _removing: IPanelState['removing'] = null;
  private _error: EnvsError | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
