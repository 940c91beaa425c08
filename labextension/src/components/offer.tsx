import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IMissing } from '../tokens';
import { Button, IconButton } from './basics';
import { Trans } from './hooks';

export interface IOfferProps {
  missing: Pick<IMissing, 'module' | 'environment' | 'provider'>;
  trans: TranslationBundle;
  onAdd: () => void;
  onDismiss: () => void;
}

/** One line below a cell that could not find a module. */
export class OfferWidget extends ReactWidget {
  constructor(private readonly props: IOfferProps) {
    super();
    this.addClass('jp-Envs-offerHolder');
  }

  protected override render(): React.JSX.Element {
    return (
      <Trans.Provider value={this.props.trans}>
        <Offer {...this.props} />
      </Trans.Provider>
    );
  }
}

function Offer({ missing, trans, onAdd, onDismiss }: IOfferProps): React.JSX.Element {
  const { module, environment, provider } = missing;
  const unknown = provider.kind === 'unknown';
  const sentence = unknown
    ? trans.__('%1 is not in %2, and no package is known to bring it.', module, environment)
    : trans.__('%1 is not in %2.', module, environment);
  const name = provider.package ?? module;
  return (
    <div className="jp-Envs-offer" role="note" aria-label={trans.__('Missing module')}>
      <span className="jp-Envs-words">{sentence}</span>
      <Button
        label={unknown ? trans.__('Look for %1 on PyPI…', name) : trans.__('Add %1…', name)}
        title={
          unknown
            ? trans.__('Anyone can take a name on PyPI: look at the project before you install it')
            : trans.__('Show what would be installed')
        }
        onClick={onAdd}
      />
      <IconButton icon={closeIcon} label={trans.__('Dismiss')} onClick={onDismiss} />
    </div>
  );
}
