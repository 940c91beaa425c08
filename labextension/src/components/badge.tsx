import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IBadge } from '../badge';
import type { IChanging } from '../tokens';
import { Dot } from './basics';
import { Trans, useChanges } from './hooks';

export interface IBadgeProps {
  /** What is to be shown now; null for nothing. */
  badge: () => IBadge | null;
  /** When it has to be asked for again. */
  sources: readonly IChanging[];
  trans: TranslationBundle;
  onOpen: () => void;
}

/** A button that says which environment it is and how it stands; pressed, it opens the card. */
export class BadgeWidget extends ReactWidget {
  constructor(private readonly props: IBadgeProps) {
    super();
    this.addClass('jp-Envs-badgeHolder');
  }

  protected override render(): React.JSX.Element {
    return (
      <Trans.Provider value={this.props.trans}>
        <Badge {...this.props} />
      </Trans.Provider>
    );
  }
}

function Badge({ badge, sources, trans, onOpen }: IBadgeProps): React.JSX.Element | null {
  useChanges(...sources);
  const shown = badge();
  return (
    shown && (
      <button
        type="button"
        className="jp-Envs-badge"
        title={shown.sentence}
        aria-label={trans.__('Environment %1. %2', shown.name, shown.sentence)}
        onClick={onOpen}
      >
        <Dot tone={shown.tone} />
        <span className="jp-Envs-ellipsis">{shown.name}</span>
      </button>
    )
  );
}
