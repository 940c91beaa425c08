import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { size } from '../format';
import type { Collection, ICollector } from '../tokens';
import { Actions, Button, Failure, Sentence } from './basics';
import { useChanges, useReturnFocus, useTrans } from './hooks';
import { JobProgress } from './progress';

type Kind = Collection['items'][number]['kind'];

export interface IFreeSpaceProps {
  collector: ICollector;
  onFree: () => void;
}

/** What nothing needs any more, and the question whether it may go. */
export function FreeSpace(props: IFreeSpaceProps): React.JSX.Element {
  const { collector } = props;
  const trans = useTrans();
  useChanges(collector);
  useReturnFocus();
  return (
    <div
      className="jp-Envs-card"
      role="group"
      aria-label={trans.__('Free space')}
      onKeyDown={event => event.key === 'Escape' && collector.close()}
    >
      <div className="jp-Envs-name">{trans.__('Free space')}</div>
      <div role="status">
        <Outcome preview={collector.preview} freed={collector.freed} />
      </div>
      <State {...props} />
    </div>
  );
}

/** What was found, or what is done. */
function Outcome({
  preview,
  freed
}: Pick<ICollector, 'preview' | 'freed'>): React.JSX.Element | null {
  const trans = useTrans();
  if (freed) {
    return <Sentence tone="ok">{trans.__('%1 are free again.', size(freed.freed))}</Sentence>;
  }
  if (!preview) {
    return null;
  }
  return preview.items.length === 0 ? (
    <Sentence tone="ok">{trans.__('Everything here is needed.')}</Sentence>
  ) : (
    <Sentence tone="info">
      {trans.__('Nothing needs these any more. No environment changes.')}
    </Sentence>
  );
}

function State({ collector, onFree }: IFreeSpaceProps): React.JSX.Element {
  const trans = useTrans();
  const { error, preview, freed, working } = collector;
  const close = (label: string) => (
    <Button focused label={label} onClick={() => collector.close()} />
  );
  if (error) {
    return (
      <>
        <Failure error={error} />
        <Actions>{close(trans.__('Dismiss'))}</Actions>
      </>
    );
  }
  if (freed) {
    return <Actions>{close(trans.__('Dismiss'))}</Actions>;
  }
  if (preview) {
    return <Preview preview={preview} onFree={onFree} close={close} />;
  }
  return (
    <>
      {working ? (
        <JobProgress job={working} rate={null} />
      ) : (
        <div className="jp-Envs-hint">{trans.__('Looking…')}</div>
      )}
      <Actions>{close(trans.__('Cancel'))}</Actions>
    </>
  );
}

/** What can go, by kinds. */
function Preview(props: {
  preview: Collection;
  onFree: () => void;
  close: (label: string) => React.ReactNode;
}): React.JSX.Element {
  const { preview, onFree, close } = props;
  const trans = useTrans();
  const nothing = preview.items.length === 0;
  return (
    <>
      <table className="jp-Envs-table">
        <tbody>
          {byKind(preview).map(({ kind, count, bytes, names }) => (
            <tr key={kind} title={names.join('\n')}>
              <td>{kindLabel(kind, count, trans)}</td>
              <td>{bytes === null ? '' : size(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="jp-Envs-notes">
        {preview.notes.map(note => (
          <p key={note}>{note}</p>
        ))}
      </div>
      <Actions>
        {!nothing && (
          <Button primary label={trans.__('Free %1', size(preview.freed))} onClick={onFree} />
        )}
        {close(nothing ? trans.__('Dismiss') : trans.__('Cancel'))}
      </Actions>
    </>
  );
}

interface IKindSum {
  kind: Kind;
  count: number;
  /** Null where only doing it tells. */
  bytes: number | null;
  names: string[];
}

/** What can go, summed up by kind. */
export function byKind({ items }: Collection): readonly IKindSum[] {
  const sums = new Map<Kind, IKindSum>();
  for (const { kind, name, bytes } of items) {
    const sum = sums.get(kind) ?? { kind, count: 0, bytes: null, names: [] };
    sum.count += 1;
    sum.bytes = bytes === null ? sum.bytes : (sum.bytes ?? 0) + bytes;
    sum.names.push(name);
    sums.set(kind, sum);
  }
  return [...sums.values()];
}

function kindLabel(kind: Kind, count: number, trans: TranslationBundle): string {
  switch (kind) {
    case 'generation':
      return trans._n('%1 earlier state', '%1 earlier states', count);
    case 'prefix':
      return trans._n('%1 folder of no environment', '%1 folders of no environment', count);
    case 'trash':
      return trans._n('%1 removed folder', '%1 removed folders', count);
    case 'package':
      return trans._n('%1 package in the cache', '%1 packages in the cache', count);
    case 'bytecode':
      return trans._n('%1 set of compiled modules', '%1 sets of compiled modules', count);
    case 'python':
      return trans._n('%1 downloaded Python', '%1 downloaded Pythons', count);
    case 'download':
      return trans._n('%1 unfinished download', '%1 unfinished downloads', count);
    case 'uv':
      return trans.__('Cache of PyPI packages');
  }
}
