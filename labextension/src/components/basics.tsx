import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Tone } from '../card';
import type { EnvsError } from '../request';
import type { Said } from '../said';
import { said } from '../said';
import { useTakeFocus, useTrans } from './hooks';

export interface IButtonProps {
  label: string;
  onClick: (anchor: HTMLElement) => void;
  primary?: boolean;
  disabled?: boolean;
  title?: string;
  /** It takes the focus when it appears, unless the user works elsewhere. */
  focused?: boolean;
  /** It opens a menu. */
  menu?: boolean;
}

/** A button that says what it does. */
export function Button(props: IButtonProps): React.JSX.Element {
  const button = React.useRef<HTMLButtonElement>(null);
  useTakeFocus(button, props.focused ?? false);
  return (
    <button
      ref={button}
      type="button"
      className={`jp-Envs-button${props.primary ? ' jp-mod-primary' : ''}`}
      disabled={props.disabled}
      title={props.title}
      aria-haspopup={props.menu ? 'menu' : undefined}
      onClick={event => props.onClick(event.currentTarget)}
    >
      {props.label}
    </button>
  );
}

/** A button that is only an icon; its name is for screen readers and tooltips. */
export function IconButton(props: {
  icon: LabIcon;
  label: string;
  onClick: (anchor: HTMLElement) => void;
  menu?: boolean;
  tabIndex?: number;
}): React.JSX.Element {
  return (
    <button
      type="button"
      className="jp-Envs-iconButton"
      title={props.label}
      aria-label={props.label}
      aria-haspopup={props.menu ? 'menu' : undefined}
      tabIndex={props.tabIndex}
      onClick={event => {
        event.stopPropagation();
        props.onClick(event.currentTarget);
      }}
    >
      <props.icon.react tag="span" width="16px" height="16px" />
    </button>
  );
}

/** A coloured dot, with words for those who do not see its colour. */
export function Dot(props: { tone: Tone }): React.JSX.Element {
  const trans = useTrans();
  const words: Record<Tone, string> = {
    ok: trans.__('In order'),
    warn: trans.__('Attention'),
    error: trans.__('Problem'),
    info: trans.__('Note'),
    off: trans.__('Not set')
  };
  return (
    <span
      className={`jp-Envs-dot jp-mod-${props.tone}`}
      role="img"
      aria-label={words[props.tone]}
      title={words[props.tone]}
    />
  );
}

/** A dot and one sentence. */
export function Sentence(props: { tone: Tone; children: React.ReactNode }): React.JSX.Element {
  return (
    <div className="jp-Envs-sentence">
      <Dot tone={props.tone} />
      <div className="jp-Envs-words">{props.children}</div>
    </div>
  );
}

/** What went wrong and what to do next, as text. */
export function Failure(props: { error: Said & Partial<EnvsError> }): React.JSX.Element {
  const { message, hints } = said(props.error, useTrans());
  return (
    <div role="alert">
      <Sentence tone="error">
        <div className="jp-Envs-message">{message}</div>
        {hints.map(hint => (
          <div className="jp-Envs-hint" key={hint}>
            {hint}
          </div>
        ))}
      </Sentence>
    </div>
  );
}

export function Actions(props: { children: React.ReactNode }): React.JSX.Element {
  return <div className="jp-Envs-actions">{props.children}</div>;
}
