import type { TranslationBundle } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';

import type { IChanging } from '../tokens';

/** The catalogue that all components take their words from. */
export const Trans = React.createContext<TranslationBundle>(nullTranslator.load('jupyter_envs'));

export function useTrans(): TranslationBundle {
  return React.useContext(Trans);
}

/** Render again whenever one of these changes, and how often one has. They must stay the same ones. */
export function useChanges(...sources: IChanging[]): number {
  const [changes, again] = React.useReducer((count: number) => count + 1, 0);
  const held = React.useRef(sources);
  React.useEffect(() => {
    const connected = held.current;
    connected.forEach(source => source.changed.connect(again));
    return () => connected.forEach(source => source.changed.disconnect(again));
  }, []);
  return changes;
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

const FOCUSABLE = 'button:not(:disabled), input, textarea, [tabindex="0"]';

/**
 * Keep the focus in an element while it is in use: where what had it goes, the next one there takes it, unless somebody
 * else has. The props are for the element; call it where everything in it is rendered.
 */
export function useKeptFocus(): Pick<React.HTMLAttributes<HTMLElement>, 'onFocus' | 'onBlur'> {
  const path = React.useRef<readonly HTMLElement[]>([]);
  React.useEffect(() => {
    if (path.current.length > 0 && !path.current[0].isConnected) {
      // after those who give the focus back to where it was
      setTimeout(() => document.activeElement === document.body && refocus(path.current));
    }
  });
  return {
    onFocus: event => {
      path.current = ancestors(event.target, event.currentTarget);
    },
    // what only goes to another window comes back, and what is removed is told by nobody
    onBlur: event => {
      if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) {
        path.current = [];
      }
    }
  };
}

/** An element and what it is in, up to `root`. */
function ancestors(element: HTMLElement, root: HTMLElement): HTMLElement[] {
  const parent = element.parentElement;
  return element === root || !parent ? [element] : [element, ...ancestors(parent, root)];
}

/** Focus what is nearest to an element that is gone. */
function refocus(path: readonly HTMLElement[]): void {
  const near = path.filter(element => element.isConnected);
  near
    .map(element => element.querySelector<HTMLElement>(FOCUSABLE))
    .find(element => element !== null)
    ?.focus();
}
