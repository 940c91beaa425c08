import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { isComplete, needsName } from '../newEnvironment';
import type { ICatalogue, INewEnvironment } from '../tokens';
import { Actions, Button, IconButton } from './basics';
import { Field } from './field';
import { useReturnFocus, useTrans } from './hooks';
import { EngineChoice } from './engineChoice';
import { namesHint, PackageField } from './packageField';

export interface INewEnvironmentProps {
  form: INewEnvironment;
  catalogue: ICatalogue;
  onChange: (change: Partial<INewEnvironment>) => void;
  /** Show what would be installed. */
  onPlan: () => void;
  onClose: () => void;
  /** Choose a file that the server has. */
  onChooseFile: () => void;
  /** Open the menu of the other ways to begin. */
  onMore: (anchor: HTMLElement) => void;
  /** Plan, progress or failure, in place of the buttons. */
  children?: React.ReactNode;
}

/** The form for a new environment: packages, a file, or another environment. */
export function NewEnvironment(props: INewEnvironmentProps): React.JSX.Element {
  const { form, onChange, onPlan, onClose, catalogue } = props;
  const trans = useTrans();
  useReturnFocus();
  useTemplates(catalogue);
  return (
    <form
      className="jp-Envs-card jp-Envs-form"
      aria-label={trans.__('New environment')}
      onSubmit={event => {
        event.preventDefault();
        if (isComplete(form)) {
          onPlan();
        }
      }}
      onKeyDown={event => event.key === 'Escape' && onClose()}
    >
      <Field label={trans.__('Name')} hint={nameHint(form, trans)}>
        {id => (
          <input
            id={id}
            autoFocus
            spellCheck={false}
            autoComplete="off"
            value={form.name}
            onChange={event => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Source {...props} />
      <Notes notes={form.notes} />
      {props.children ?? <FormActions {...props} />}
    </form>
  );
}

function nameHint(form: INewEnvironment, trans: ReturnType<typeof useTrans>): string {
  return needsName(form) ? '' : trans.__('as the file says, if left empty');
}

function FormActions(props: INewEnvironmentProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <Actions>
      <Button
        primary
        label={trans.__('Show the plan')}
        disabled={!isComplete(props.form)}
        onClick={props.onPlan}
      />
      <Button label={trans.__('From a file…')} onClick={props.onChooseFile} />
      <Button menu label={trans.__('More')} onClick={props.onMore} />
      <Button label={trans.__('Cancel')} onClick={props.onClose} />
    </Actions>
  );
}

/** Notes about where the content of the form came from. */
function Notes({ notes }: { notes: readonly string[] }): React.JSX.Element | null {
  return notes.length === 0 ? null : (
    <div className="jp-Envs-notes">
      {notes.map(note => (
        <p key={note}>{note}</p>
      ))}
    </div>
  );
}

/** A file or an environment in place of packages. */
function Chosen(props: { what: string; clear: string; onClear: () => void }): React.JSX.Element {
  return (
    <div className="jp-Envs-chosen">
      <span className="jp-Envs-code jp-Envs-ellipsis" title={props.what}>
        {props.what}
      </span>
      <IconButton icon={closeIcon} label={props.clear} onClick={props.onClear} />
    </div>
  );
}

function Source(props: INewEnvironmentProps): React.JSX.Element {
  const { form, onChange } = props;
  const trans = useTrans();
  if (form.file) {
    const onClear = () => onChange({ file: null, notes: [] });
    return <Chosen what={form.file.name} clear={trans.__('Without the file')} onClear={onClear} />;
  }
  if (form.clone !== null) {
    const what = trans.__('Copy of %1', form.clone);
    const onClear = () => onChange({ clone: null });
    return <Chosen what={what} clear={trans.__('Without the copy')} onClear={onClear} />;
  }
  return <Packages {...props} />;
}

function Packages(props: INewEnvironmentProps): React.JSX.Element {
  const { form, catalogue, onChange, onPlan } = props;
  const trans = useTrans();
  return (
    <>
      <Field label={trans.__('Packages')} hint={namesHint(form.engine, trans)}>
        {id => (
          <PackageField
            id={id}
            form={form}
            catalogue={catalogue}
            onChange={onChange}
            onDone={() => isComplete(form) && onPlan()}
          />
        )}
      </Field>
      <EngineChoice engine={form.engine} onChange={engine => onChange({ engine })} />
      {form.engine === 'conda' && <Channels {...props} />}
    </>
  );
}

function Channels({ form, onChange }: INewEnvironmentProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <Field label={trans.__('Channels')} hint={trans.__('the usual ones, if left empty')}>
      {id => (
        <input
          id={id}
          spellCheck={false}
          value={form.channels}
          onChange={event => onChange({ channels: event.target.value })}
        />
      )}
    </Field>
  );
}

/** Read the templates once the form is open; without them there is only less to choose from. */
function useTemplates(catalogue: ICatalogue): void {
  React.useEffect(() => void catalogue.readTemplates().catch(() => undefined), [catalogue]);
}
