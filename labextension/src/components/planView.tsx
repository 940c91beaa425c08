import * as React from 'react';

import { channel, difference, origin, planSentence } from '../format';
import type { Plan } from '../tokens';
import { Actions, Button } from './basics';
import { useTakeFocus, useTrans } from './hooks';
import { PackageRow } from './packageRow';

/** What an install would do. Nothing is installed from anywhere but here. */
export function PlanView(props: {
  plan: Plan;
  installLabel: string;
  onInstall: () => void;
  onCancel: () => void;
  /** What else is to be known before the install. */
  remarks?: readonly string[];
}): React.JSX.Element {
  const trans = useTrans();
  const { plan } = props;
  return (
    <div
      className="jp-Envs-plan"
      role="group"
      aria-label={trans.__('Plan for %1', plan.environment)}
    >
      <Packages plan={plan} />
      <Notes plan={plan} remarks={props.remarks ?? []} />
      <Actions>
        <Button primary label={props.installLabel} onClick={props.onInstall} />
        <Button label={trans.__('Cancel')} onClick={props.onCancel} />
      </Actions>
    </div>
  );
}

/** What goes, changes and comes. */
function Packages({ plan }: { plan: Plan }): React.JSX.Element {
  const trans = useTrans();
  const list = React.useRef<HTMLDivElement>(null);
  // not the button: Enter, pressed once too often, must not install
  useTakeFocus(list, true);
  return (
    <div
      className="jp-Envs-scroll"
      tabIndex={0}
      role="region"
      aria-label={trans.__('Packages')}
      ref={list}
    >
      <table className="jp-Envs-table">
        <tbody>
          {plan.removed.map(item => (
            <PackageRow key={`- ${item.name}`} name={`− ${item.name} ${item.version}`} note="" />
          ))}
          {[...plan.changed, ...plan.rebuilt].map(item => (
            <PackageRow key={`~ ${item.name}`} name={item.name} note={difference(item, trans)} />
          ))}
          {plan.added.map(item => (
            <PackageRow
              key={`${item.manager} ${item.name}`}
              name={`+ ${item.name} ${item.version}`}
              note={origin(item, trans)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How much, from where, what is noteworthy, and what would run code. */
function Notes(props: { plan: Plan; remarks: readonly string[] }): React.JSX.Element {
  const trans = useTrans();
  const { plan, remarks } = props;
  return (
    <div className="jp-Envs-notes">
      <p>{planSentence(plan, trans)}</p>
      {plan.channels.length > 0 && (
        <p title={plan.channels.join('\n')}>
          {trans.__('From %1.', plan.channels.map(channel).join(', '))}
        </p>
      )}
      {plan.python && <p>{trans.__('For %1, with packages from PyPI alone.', plan.python)}</p>}
      {[...plan.notes, ...remarks].map(note => (
        <p key={note}>{note}</p>
      ))}
      {plan.runs_code.length === 0 && plan.to_fetch === 0 && (
        <p>{trans.__('No package runs code when installed.')}</p>
      )}
      {plan.runs_code.map(what => (
        <p key={what} className="jp-Envs-warning">
          {trans.__('Runs code: %1', what)}
        </p>
      ))}
    </div>
  );
}
