import { Time } from '@jupyterlab/coreutils';
import * as React from 'react';

import type { Generation } from '../tokens';
import { Actions, Button, Sentence } from './basics';
import { useReturnFocus, useTrans } from './hooks';
import { Fold } from './packageLists';

export interface IHistoryProps {
  history: readonly Generation[];
  /** The generation that is being asked about. */
  asking: string | null;
  onAsk: (generation: string | null) => void;
  onGoBack: (generation: string) => void;
}

/** What the environment was before, the newest first, with a way back. */
export function History(props: IHistoryProps): React.JSX.Element {
  const trans = useTrans();
  const [open, setOpen] = React.useState(false);
  const newest = [...props.history].sort((a, b) => b.created.localeCompare(a.created));
  return (
    <>
      <Fold
        label={trans.__('History (%1)', newest.length)}
        open={open}
        onFold={() => setOpen(!open)}
      />
      {open && (
        <ul className="jp-Envs-history" aria-label={trans.__('History')}>
          {newest.map(item => (
            <Entry key={item.id} item={item} {...props} />
          ))}
        </ul>
      )}
    </>
  );
}

function Entry(props: IHistoryProps & { item: Generation }): React.JSX.Element {
  const { item, asking, onAsk, onGoBack } = props;
  const trans = useTrans();
  const when = Time.formatHuman(item.created);
  return (
    <li>
      <div className="jp-Envs-words">{item.reason}</div>
      <div className="jp-Envs-line" title={Time.format(item.created)}>
        {[
          when,
          trans._n('%1 package', '%1 packages', item.packages),
          item.current ? trans.__('current') : ''
        ]
          .filter(text => text)
          .join(' · ')}
      </div>
      {!item.current && asking !== item.id && (
        <Actions>
          <Button
            label={trans.__('Go back to this…')}
            title={trans.__('Make it again what it was %1', when)}
            onClick={() => onAsk(item.id)}
          />
        </Actions>
      )}
      {asking === item.id && (
        <GoBack onGoBack={() => onGoBack(item.id)} onStay={() => onAsk(null)} />
      )}
    </li>
  );
}

function GoBack(props: { onGoBack: () => void; onStay: () => void }): React.JSX.Element {
  const trans = useTrans();
  useReturnFocus();
  return (
    <div
      role="alertdialog"
      aria-label={trans.__('Go back to this?')}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.preventDefault();
          props.onStay();
        }
      }}
    >
      <Sentence tone="info">
        {trans.__(
          'The packages become what they were then. What is there now stays in the history; running kernels keep it until they are restarted.'
        )}
      </Sentence>
      <Actions>
        <Button primary focused label={trans.__('Go back')} onClick={props.onGoBack} />
        <Button label={trans.__('Stay')} onClick={props.onStay} />
      </Actions>
    </div>
  );
}
