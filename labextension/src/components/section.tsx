import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IPanelState } from '../tokens';

/** A part of the panel with a title; folds when its title is pressed. */
export function Section(props: {
  title: string;
  folded: boolean;
  onFold: () => void;
  tools?: React.ReactNode;
  children: React.ReactNode;
}): React.JSX.Element {
  const id = React.useId();
  const Caret = props.folded ? caretRightIcon : caretDownIcon;
  return (
    <section className="jp-Envs-section" aria-labelledby={id}>
      <div className="jp-Envs-header">
        <h2 className="jp-Envs-title" id={id}>
          <button type="button" aria-expanded={!props.folded} onClick={props.onFold}>
            <Caret.react tag="span" width="16px" height="16px" />
            <span className="jp-Envs-titleText">{props.title}</span>
          </button>
        </h2>
        <div className="jp-Envs-tools">{props.tools}</div>
      </div>
      {!props.folded && props.children}
    </section>
  );
}

/** Whether a section is folded, and what its title does. */
export function folding(
  state: IPanelState,
  section: string
): { folded: boolean; onFold: () => void } {
  const folded = state.folded.has(section);
  const others = [...state.folded].filter(name => name !== section);
  return { folded, onFold: () => state.fold(folded ? others : [...others, section]) };
}
