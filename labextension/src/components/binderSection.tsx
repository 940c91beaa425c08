import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { size } from '../format';
import type { BinderReport, IBinder } from '../tokens';
import { Actions, Button, Dot, Failure, Sentence } from './basics';
import { BinderFiles } from './binderFiles';
import { useChanges, useReturnFocus, useTrans } from './hooks';
import type { IPanelProps } from './panelView';
import { folding, Section } from './section';

/** The way to Binder, in the card of a notebook that says what it needs. */
export function ToBinder({ actions }: Pick<IPanelProps, 'actions'>): React.JSX.Element {
  const trans = useTrans();
  return (
    <>
      <Button label={trans.__('Open on Binder…')} onClick={() => actions.run('openOnBinder')} />
      <Button
        menu
        label={trans.__('Copy badge ▾')}
        onClick={anchor => actions.badgeMenu(null, anchor)}
      />
    </>
  );
}

/** The section for a notebook on its way to Binder, while there is one. */
export function BinderSection({
  state,
  actions
}: Pick<IPanelProps, 'state' | 'actions'>): React.JSX.Element | null {
  const trans = useTrans();
  const { binder } = state;
  const path = binder.notebook;
  return path === null ? null : (
    <Section title={trans.__('Binder')} {...folding(state, 'binder')}>
      <BinderView
        binder={binder}
        onAgain={() => actions.run('openOnBinder', { path })}
        onWrite={force => actions.run('writeBinder', { force })}
        onOpen={link => actions.run('openLink', { link })}
        onBuild={() => actions.run('buildOnBinder')}
        onBadge={actions.badgeMenu}
      />
    </Section>
  );
}

export interface IBinderProps {
  binder: IBinder;
  onAgain: () => void;
  onWrite: (overwrite: boolean) => void;
  onOpen: (link: string) => void;
  onBuild: () => void;
  onBadge: (notebook: string, anchor: HTMLElement) => void;
}

/** A notebook on its way to Binder: what would go wrong, the files, and then the link. */
export function BinderView(props: IBinderProps): React.JSX.Element {
  const { binder } = props;
  const trans = useTrans();
  useChanges(binder);
  useReturnFocus();
  const { notebook, report, error, busy } = binder;
  return (
    <div
      className="jp-Envs-card"
      aria-busy={busy}
      onKeyDown={event => event.key === 'Escape' && binder.close()}
    >
      <div className="jp-Envs-file" title={notebook ?? ''}>
        {notebook?.split('/').pop()}
      </div>
      {error && <Failure error={error} />}
      {!report && !error && <div className="jp-Envs-hint">{trans.__('Looking…')}</div>}
      {report && <Report {...props} report={report} />}
      <Actions>
        <Button disabled={busy} label={trans.__('Look again')} onClick={props.onAgain} />
        <Button focused label={trans.__('Close')} onClick={() => binder.close()} />
      </Actions>
    </div>
  );
}

function Report(props: IBinderProps & { report: BinderReport }): React.JSX.Element {
  const { report, binder, onWrite } = props;
  const trans = useTrans();
  return (
    <>
      <Findings report={report} />
      <BinderFiles report={report} busy={binder.busy} onWrite={onWrite} />
      <div className="jp-Envs-notes">
        {report.written.length > 0 && <p>{trans.__('Written: %1.', report.written.join(', '))}</p>}
        {report.notes.map(note => (
          <p key={note}>{note}</p>
        ))}
        <details className="jp-Envs-basis">
          <summary>{estimateSentence(report, trans)}</summary>
          {report.estimate.basis}
        </details>
      </div>
      <Launch {...props} />
    </>
  );
}

/** What the button for writing files mends. */
const MENDED_BELOW = new Set(['not-written', 'outdated-files', 'edited-files', 'foreign-files']);

/** Each thing that Binder would stumble over, and what mends it. */
function Findings({ report }: { report: BinderReport }): React.JSX.Element {
  const trans = useTrans();
  const { findings } = report;
  if (findings.length === 0) {
    return (
      <div role="status">
        <Sentence tone="ok">{trans.__('Nothing keeps Binder from opening it.')}</Sentence>
      </div>
    );
  }
  return (
    <>
      <div role="status" className="jp-Envs-words">
        {trans._n(
          '%1 thing to mend before Binder can open it:',
          '%1 things to mend before Binder can open it:',
          findings.length
        )}
      </div>
      <ul className="jp-Envs-findings">
        {findings.map(({ code, message, fix, path }) => (
          <li key={`${code} ${path} ${message}`} className="jp-Envs-sentence">
            <Dot tone="error" />
            <div className="jp-Envs-words">
              <div>{message}</div>
              {MENDED_BELOW.has(code) ? (
                <div className="jp-Envs-hint">{trans.__('See the files below.')}</div>
              ) : (
                <div className="jp-Envs-hint jp-Envs-code">{fix}</div>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Where each link leads, and the buttons that use it. */
function Launch(props: IBinderProps & { report: BinderReport }): React.JSX.Element {
  const { report, onBuild } = props;
  const trans = useTrans();
  if (report.links.length === 0) {
    return <p className="jp-Envs-hint">{trans.__('There is no link yet.')}</p>;
  }
  return (
    <>
      {report.links.map((link, index) => (
        <OneLink key={link.notebook} {...props} link={link} first={index === 0}>
          {index === 0 && report.followed && (
            <Button label={trans.__('Build and follow')} onClick={onBuild} />
          )}
        </OneLink>
      ))}
    </>
  );
}

function OneLink(
  props: Pick<IBinderProps, 'onOpen' | 'onBadge'> & {
    report: BinderReport;
    link: BinderReport['links'][number];
    first: boolean;
    children: React.ReactNode;
  }
): React.JSX.Element {
  const { report, link, first, children, onOpen, onBadge } = props;
  const trans = useTrans();
  const ready = report.findings.length === 0;
  return (
    <div role="group" aria-label={trans.__('Link for %1', link.notebook)}>
      {report.links.length > 1 && <div className="jp-Envs-linkName">{link.notebook}</div>}
      <div className="jp-Envs-address jp-Envs-code">{link.url}</div>
      <Actions>
        <Button
          primary={ready && first}
          label={ready ? trans.__('Open in a new tab') : trans.__('Open anyway')}
          onClick={() => onOpen(link.url)}
        />
        {children}
        <Button
          menu
          label={trans.__('Copy badge ▾')}
          onClick={anchor => onBadge(link.notebook, anchor)}
        />
      </Actions>
    </div>
  );
}

function estimateSentence({ estimate }: BinderReport, trans: TranslationBundle): string {
  const { packages, download, size: grown, seconds } = estimate;
  const minutes = Math.max(1, Math.round(seconds / 60));
  return trans._n(
    'Estimate for %1 package: %2 to download, %3 in the image, %4 min; Binder’s own server comes on top.',
    'Estimate for %1 packages: %2 to download, %3 in the image, %4 min; Binder’s own server comes on top.',
    packages,
    size(download),
    size(grown),
    minutes
  );
}
