import { Clipboard } from '@jupyterlab/apputils';
import * as React from 'react';

import { shown } from '../request';
import { said } from '../said';
import type { IJobs, Job } from '../tokens';
import { Button } from './basics';
import { useTrans } from './hooks';

/** A job's log, once it has been asked for. */
export interface ILog {
  readonly text: string | null;
  readonly open: boolean;
  readonly toggle: () => void;
}

/** Read a job's log while it is open: again whenever the job has moved on. */
export function useLog(job: Job | null, jobs: Pick<IJobs, 'log'>): ILog {
  const trans = useTrans();
  const [open, setOpen] = React.useState(false);
  const [text, setText] = React.useState<string | null>(null);
  const id = job?.id;
  const moment = `${job?.state ?? ''} ${job?.progress?.phase ?? ''}`;
  React.useEffect(() => {
    let current = true;
    if (open && id !== undefined) {
      const show = (value: string) => current && setText(value);
      jobs.log(id).then(show, (reason: unknown) => show(said(shown(reason), trans).message));
    }
    return () => {
      current = false;
    };
  }, [open, id, jobs, moment, trans]);
  return { text, open, toggle: () => setOpen(!open) };
}

export function LogButton({ log }: { log: ILog }): React.JSX.Element {
  const trans = useTrans();
  return <Button label={log.open ? trans.__('Hide log') : trans.__('Log')} onClick={log.toggle} />;
}

/** The log's text, which can be copied. */
export function LogView({ log }: { log: ILog }): React.JSX.Element | null {
  const trans = useTrans();
  if (!log.open || log.text === null) {
    return null;
  }
  const text = log.text;
  return (
    <div className="jp-Envs-log">
      <pre tabIndex={0} role="region" aria-label={trans.__('Log')}>
        {text || trans.__('The log is empty.')}
      </pre>
      <Button label={trans.__('Copy')} onClick={() => Clipboard.copyToSystem(text)} />
    </div>
  );
}
