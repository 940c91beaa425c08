import type { TranslationBundle } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';

import type { IChanging } from '../tokens';

/** The catalogue that all components take their words from. */
export const Trans = React.createContext<TranslationBundle>(nullTranslator.load('jupyter_envs'));

export function useTrans(): TranslationBundle {
  return React.useContext(Trans);
}

/** Render again whenever one of these changes. They must stay the same ones. */
export function useChanges(...sources: IChanging[]): void {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  const held = React.useRef(sources);
  React.useEffect(() => {
    const connected = held.current;
    connected.forEach(source => source.changed.connect(again));
    return () => connected.forEach(source => source.changed.disconnect(again));
  }, []);
}

/** Give the focus back to where it was, once this component goes. */
export function useReturnFocus(): void {
  // as it is before anything in this component takes the focus
  const [before] = React.useState(() => document.activeElement);
  React.useEffect(() => {
    return () => {
      // only if nobody else has taken it since
      if (before instanceof HTMLElement && before.isConnected) {
        setTimeout(() => document.activeElement === document.body && before.focus());
      }
    };
  }, [before]);
}

/** Take the focus on appearing, unless the user works elsewhere than in the panel. */
export function useTakeFocus(element: React.RefObject<HTMLElement>, wanted: boolean): void {
  React.useEffect(() => {
    const active = document.activeElement;
    if (wanted && (active === null || active === document.body || active.closest('.jp-Envs'))) {
      element.current?.focus();
    }
  }, [element, wanted]);
}
