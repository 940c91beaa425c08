import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { IPreferences } from '../tokens';

const ID = 'jupyter-envs:preferences';

/** The user's settings, with the schema's defaults until they are read. */
export class Preferences implements IPreferences {
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get toolbar(): boolean {
    return this.flag('showInToolbar');
  }

  get status(): boolean {
    return this.flag('showInStatusBar');
  }

  get offers(): boolean {
    return this.flag('offerMissingModules');
  }

  get notify(): boolean {
    return this.flag('notifyWhenHidden');
  }

  get confirm(): boolean {
    return this.flag('confirmRemoval');
  }

  get channels(): string {
    const channels = this._values.channels;
    return Array.isArray(channels) ? channels.join(' ') : '';
  }

  set(values: Readonly<Record<string, unknown>>): void {
    this._values = values;
    this._changed.emit();
  }

  private flag(name: string): boolean {
    return this._values[name] !== false;
  }

  private _values: Readonly<Record<string, unknown>> = {};
  private readonly _changed = new Signal<this, void>(this);
}

export const preferences: JupyterFrontEndPlugin<IPreferences> = {
  id: ID,
  description: 'What a user may want to be otherwise.',
  autoStart: true,
  optional: [ISettingRegistry],
  provides: IPreferences,
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry | null): IPreferences => {
    const model = new Preferences();
    registry?.load(ID).then(
      settings => {
        model.set(settings.composite);
        settings.changed.connect(() => model.set(settings.composite));
      },
      (reason: unknown) => console.warn('Settings of Jupyter Envs are not read.', reason)
    );
    return model;
  }
};
