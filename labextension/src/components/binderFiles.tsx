import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { isPeoples, toWrite } from '../binder';
import type { BinderFile, BinderReport } from '../tokens';
import { Actions, Button } from './basics';
import { useTrans } from './hooks';

/** The files that are not as they should be, each with its difference, and the button that writes them. */
export function BinderFiles(props: {
  report: BinderReport;
  busy: boolean;
  onWrite: (overwrite: boolean) => void;
}): React.JSX.Element | null {
  const { report, busy, onWrite } = props;
  const trans = useTrans();
  const [overwrite, setOverwrite] = React.useState(false);
  const files = report.files.filter(file => file.state !== 'same');
  const theirs = files.filter(isPeoples);
  const count = toWrite(report, overwrite).length;
  return files.length === 0 ? null : (
    <div role="group" aria-label={trans.__('Files for Binder')} className="jp-Envs-binderFiles">
      {files.map(file => (
        <FileDifference key={file.path} file={file} />
      ))}
      {theirs.length > 0 && (
        <label className="jp-Envs-check">
          <input
            type="checkbox"
            checked={overwrite}
            onChange={event => setOverwrite(event.currentTarget.checked)}
          />
          {trans.__('Also write over %1', theirs.map(file => file.path).join(', '))}
        </label>
      )}
      <Actions>
        <Button
          primary
          disabled={busy || count === 0}
          label={trans._n('Write %1 file', 'Write %1 files', count)}
          onClick={() => onWrite(overwrite)}
        />
      </Actions>
    </div>
  );
}

function FileDifference({ file }: { file: BinderFile }): React.JSX.Element {
  const trans = useTrans();
  return (
    <details className="jp-Envs-difference" open={isPeoples(file)}>
      <summary>
        <span className="jp-Envs-code">{file.path}</span> · {stateLabel(file, trans)}
      </summary>
      <pre tabIndex={0} aria-label={trans.__('What would change in %1', file.path)}>
        {lines(file.difference).map((line, index) => (
          <div
            key={index}
            className={`jp-Envs-line${line[0] === '+' ? '-new' : line[0] === '-' ? '-old' : ''}`}
          >
            {line || ' '}
          </div>
        ))}
      </pre>
    </details>
  );
}

/** Without the two lines that name the file. */
function lines(difference: string): readonly string[] {
  return difference.split('\n').filter(line => !/^(---|\+\+\+) /.test(line));
}

function stateLabel({ state }: BinderFile, trans: TranslationBundle): string {
  switch (state) {
    case 'absent':
      return trans.__('new');
    case 'generated':
      return trans.__('for another lock');
    case 'edited':
      return trans.__('edited since it was written');
    case 'foreign':
      return trans.__('written by somebody');
    case 'same':
      return trans.__('in place');
  }
}
