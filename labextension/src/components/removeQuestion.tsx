import * as React from 'react';

import type { EnvsError } from '../request';
import { Actions, Button, Failure, Sentence } from './basics';
import { useReturnFocus, useTrans } from './hooks';

/** Asks before an environment goes; says what stands against it, and offers to do it all the same. */
export function RemoveQuestion(props: {
  name: string;
  error: EnvsError | null;
  onRemove: (force: boolean) => void;
  onKeep: () => void;
}): React.JSX.Element {
  const trans = useTrans();
  useReturnFocus();
  const inUse = props.error?.code === 'environment-in-use';
  return (
    <div
      className="jp-Envs-question"
      role="alertdialog"
      aria-label={trans.__('Remove %1?', props.name)}
      onKeyDown={event => event.key === 'Escape' && props.onKeep()}
    >
      {props.error ? (
        <Failure error={props.error} />
      ) : (
        <Sentence tone="warn">
          {trans.__('Remove %1 and its kernel? Notebooks and their locks stay.', props.name)}
        </Sentence>
      )}
      <Actions>
        <Button
          primary
          focused
          key={inUse ? 'force' : 'remove'}
          label={inUse ? trans.__('Shut down and remove') : trans.__('Remove')}
          onClick={() => props.onRemove(inUse)}
        />
        <Button label={trans.__('Keep it')} onClick={props.onKeep} />
      </Actions>
    </div>
  );
}
