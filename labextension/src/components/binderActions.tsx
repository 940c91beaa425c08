import * as React from 'react';

import { Actions, Button } from './basics';
import { useTrans } from './hooks';

/** The way to Binder, for a notebook that says what it needs. */
export function BinderActions(props: {
  onOpen: () => void;
  onBadge: (anchor: HTMLElement) => void;
}): React.JSX.Element {
  const trans = useTrans();
  return (
    <Actions>
      <Button label={trans.__('Open on Binder…')} onClick={props.onOpen} />
      <Button menu label={trans.__('Copy badge ▾')} onClick={props.onBadge} />
    </Actions>
  );
}
