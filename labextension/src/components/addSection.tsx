import * as React from 'react';

import { toRenew } from '../missing';
import type { IAddForm, IAdditions } from '../tokens';
import { Actions, Button } from './basics';
import { DraftView } from './draftView';
import { Field } from './field';
import { useChanges, useReturnFocus, useTrans } from './hooks';
import { namesHint, PackageField } from './packageField';
import type { IPanelProps } from './panelView';

export interface IAddCardProps extends Pick<
  IPanelProps,
  'catalogue' | 'environments' | 'jobs' | 'pins' | 'actions'
> {
  additions: IAdditions;
  /** The channels of the environment; none for those of the server. */
  channels?: readonly string[];
}

/** What is being added to an environment; one that is looked at closely shows that itself. */
export function AdditionsSection(props: IPanelProps): React.JSX.Element | null {
  const { additions, state } = props;
  useChanges(...(additions ? [additions] : []));
  return additions && (additions.environment !== state.details.name || !state.details.data) ? (
    <AddCard {...props} additions={additions} />
  ) : null;
}

/** Packages that somebody names, or the one that a cell needs; and the plan for them. Nothing without either. */
export function AddCard(props: IAddCardProps): React.JSX.Element | null {
  const { additions } = props;
  useChanges(additions, additions.draft);
  const { current, form, draft } = additions;
  if (form) {
    return <AddForm key={form.environment} {...props} form={form} />;
  }
  return current && (draft.plan ?? draft.planning ?? draft.error) ? (
    <Needed {...props} name={current.provider.package ?? current.module} />
  ) : null;
}

/** The plan for the package that a cell needs. */
function Needed(props: IAddCardProps & { name: string }): React.JSX.Element {
  const trans = useTrans();
  const { additions, name } = props;
  const { current, draft } = additions;
  return (
    <section className="jp-Envs-card" aria-label={trans.__('Add %1', name)}>
      <div className="jp-Envs-name">{trans.__('Add %1', name)}</div>
      <Planned
        {...props}
        installLabel={
          draft.plan?.additive ? trans.__('Install and run again') : trans.__('Install')
        }
        onAgain={() => current && void additions.propose(current)}
        onDiscard={() => void additions.discard()}
      />
    </section>
  );
}

type IFormProps = IAddCardProps & { form: IAddForm };

/** What somebody names, looked for in the channels while it is typed. */
function AddForm(props: IFormProps): React.JSX.Element {
  const trans = useTrans();
  const { additions, form } = props;
  const { draft } = additions;
  const label = trans.__('Add to %1', form.environment);
  useReturnFocus();
  return (
    <form
      className="jp-Envs-card"
      aria-label={label}
      onSubmit={event => event.preventDefault()}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          void (draft.request ? draft.discard() : additions.discard());
        }
      }}
    >
      <div className="jp-Envs-name" title={label}>
        {label}
      </div>
      <Named {...props} />
      {(draft.plan ?? draft.planning ?? draft.error) ? (
        <Planned
          {...props}
          installLabel={trans.__('Install')}
          onAgain={() => void additions.plan()}
          onDiscard={() => void draft.discard()}
        />
      ) : (
        <FormActions {...props} />
      )}
    </form>
  );
}

function isComplete({ packages, typed }: IAddForm): boolean {
  return (packages + typed).trim() !== '';
}

function Named({
  actions,
  additions,
  channels,
  environments,
  ...props
}: IFormProps): React.JSX.Element {
  const trans = useTrans();
  const { form } = props;
  const engine = environments.byName(form.environment)?.engine ?? 'conda';
  return (
    <Field label={trans.__('Packages to add')} hint={namesHint(engine, trans)}>
      {id => (
        <PackageField
          {...props}
          id={id}
          autoFocus
          form={{ ...form, engine, channels: (channels ?? []).join(' ') }}
          placeholder={engine === 'pypi' ? 'seaborn>=0.13' : 'seaborn pip:some-package'}
          onChange={change => additions.openForm(form.environment, change)}
          onDone={() => isComplete(form) && actions.run('planAddition')}
        />
      )}
    </Field>
  );
}

function FormActions({ actions, additions, form }: IFormProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <Actions>
      <Button
        primary
        label={trans.__('Show the plan')}
        disabled={!isComplete(form)}
        onClick={() => actions.run('planAddition')}
      />
      <Button label={trans.__('Cancel')} onClick={() => void additions.discard()} />
    </Actions>
  );
}

/** The plan, and what running kernels see of it. */
function Planned(
  props: IAddCardProps & { installLabel: string; onAgain: () => void; onDiscard: () => void }
): React.JSX.Element {
  const trans = useTrans();
  const { draft, environment } = props.additions;
  const file = toRenew(props.pins, environment)?.pin.file;
  const effect = draft.plan?.additive
    ? trans.__('Nothing else changes: running kernels can import it at once.')
    : trans.__('A running kernel has to be restarted to see it.');
  return (
    <DraftView
      draft={draft}
      jobs={props.jobs}
      installLabel={props.installLabel}
      onAgain={props.onAgain}
      onInstall={() => props.actions.run('confirmAddition')}
      onDiscard={props.onDiscard}
      remarks={
        file === undefined
          ? [effect]
          : [effect, trans.__('%1, its lock and the notebook’s pin are written anew.', file)]
      }
    />
  );
}
