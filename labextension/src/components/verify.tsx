import * as React from 'react';

import { size } from '../format';
import type { Job, Verification } from '../tokens';
import { Actions, Button, Sentence } from './basics';
import { useTrans } from './hooks';
import { JobProgress } from './progress';

type Damage = Verification['damaged'][number];

/** Holds every file against its package, and says what differs. */
export function Verify(props: {
  job: Job | null;
  result: Verification | null;
  rate: number | null;
  onVerify: () => void;
}): React.JSX.Element {
  const { job, result } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-card jp-Envs-verify" role="group" aria-label={trans.__('Files')}>
      {job && <JobProgress job={job} rate={props.rate} />}
      <div role="status">{result && <Result result={result} />}</div>
      {!job && (
        <Actions>
          <Button
            label={result ? trans.__('Verify files again') : trans.__('Verify files')}
            title={trans.__('Compare every file with what its package says')}
            onClick={props.onVerify}
          />
        </Actions>
      )}
    </div>
  );
}

function Result({ result }: { result: Verification }): React.JSX.Element {
  const trans = useTrans();
  const { ok, packages, files, damaged } = result;
  return (
    <>
      <Sentence tone={ok ? 'ok' : 'error'}>
        {ok
          ? trans.__(
              'All %1 files of %2 packages are as their packages say (%3).',
              files,
              packages,
              size(result.size)
            )
          : trans._n('%1 package is damaged.', '%1 packages are damaged.', damaged.length)}
      </Sentence>
      {damaged.map(item => (
        <Damaged key={`${item.manager} ${item.name}`} item={item} />
      ))}
    </>
  );
}

function Damaged({ item }: { item: Damage }): React.JSX.Element {
  const trans = useTrans();
  const files = [
    ...item.changed.map(path => trans.__('%1, changed', path)),
    ...item.missing.map(path => trans.__('%1, missing', path))
  ];
  return (
    <div className="jp-Envs-damage">
      <div className="jp-Envs-code">
        {item.name} {item.version}
      </div>
      <ul className="jp-Envs-scroll">
        {files.map(text => (
          <li key={text} className="jp-Envs-line jp-Envs-words">
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
}
