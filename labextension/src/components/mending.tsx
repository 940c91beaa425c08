import * as React from 'react';

import { mend } from '../mend';
import { Button } from './basics';
import { useTrans } from './hooks';

/** The button that leads out of a failure, where there is one. */
export function Mending(props: {
  code: string;
  file?: string | null;
  onEdit?: (path: string) => void;
  onAgain: (() => void) | null;
  /** Say another name, where that is not asked beside the failure anyway. */
  onName?: () => void;
}): React.JSX.Element | null {
  const { code, file = null, onEdit, onAgain } = props;
  const found = mend(code, file, useTrans());
  if (found?.kind === 'edit') {
    return <Button primary label={found.label} onClick={() => onEdit?.(found.path)} />;
  }
  if (found?.kind === 'name') {
    return props.onName ? <Button primary label={found.label} onClick={props.onName} /> : null;
  }
  return found && onAgain ? <Button primary label={found.label} onClick={onAgain} /> : null;
}
