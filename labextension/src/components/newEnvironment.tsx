import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ITextFile } from '../files';
import { isComplete, isLockFile } from '../newEnvironment';
import type { INewEnvironment } from '../tokens';
import { Actions, Button, IconButton } from './basics';
import { useReturnFocus, useTrans } from './hooks';

export interface INewEnvironmentProps {
  form: INewEnvironment;
  onChange: (change: Partial<INewEnvironment>) => void;
  /** Show what would be installed. */
  onPlan: () => void;
  onClose: () => void;
  /** Choose a file that the server has. */
  onChooseFile: () => void;
  /** Plan, progress or failure, in place of the buttons. */
  children?: React.ReactNode;
}

/** The form for a new environment: packages, or a file. */
export function NewEnvironment(props: INewEnvironmentProps): React.JSX.Element {
  const { form, onChange, onPlan, onClose } = props;
  const trans = useTrans();
  useReturnFocus();
  return (
    <form
      className="jp-Envs-card jp-Envs-form"
      aria-label={trans.__('New environment')}
      onSubmit={event => {
        event.preventDefault();
        onPlan();
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
      {form.file ? (
        <ChosenFile file={form.file} onClear={() => onChange({ file: null })} />
      ) : (
        <Packages form={form} onChange={onChange} onPlan={onPlan} />
      )}
      {props.children ?? <FormActions {...props} />}
    </form>
  );
}

function nameHint(form: INewEnvironment, trans: ReturnType<typeof useTrans>): string {
  return form.file && !isLockFile(form.file.name)
    ? trans.__('as the file says, if left empty')
    : '';
}

function FormActions(props: INewEnvironmentProps): React.JSX.Element {
  const trans = useTrans();
  const { form, onChange } = props;
  return (
    <Actions>
      <Button
        primary
        label={trans.__('Show the plan')}
        disabled={!isComplete(form)}
        onClick={props.onPlan}
      />
      {!form.file && (
        <>
          <Button label={trans.__('From a file…')} onClick={props.onChooseFile} />
          <Upload onFile={file => onChange({ file })} />
        </>
      )}
      <Button label={trans.__('Cancel')} onClick={props.onClose} />
    </Actions>
  );
}

/** Choose a file of this computer, which may not be the server. */
function Upload({ onFile }: { onFile: (file: ITextFile) => void }): React.JSX.Element {
  const trans = useTrans();
  const input = React.useRef<HTMLInputElement>(null);
  return (
    <>
      <Button label={trans.__('Upload…')} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        hidden
        accept=".yml,.yaml"
        aria-label={trans.__('Environment file or lock')}
        onChange={event => {
          const file = event.target.files?.[0];
          void file?.text().then(text => onFile({ name: file.name, text }));
        }}
      />
    </>
  );
}

function ChosenFile(props: { file: ITextFile; onClear: () => void }): React.JSX.Element {
  const trans = useTrans();
  return (
    <div className="jp-Envs-chosen">
      <span className="jp-Envs-code jp-Envs-ellipsis" title={props.file.name}>
        {props.file.name}
      </span>
      <IconButton icon={closeIcon} label={trans.__('Without the file')} onClick={props.onClear} />
    </div>
  );
}

function Packages({
  form,
  onChange,
  onPlan
}: Pick<INewEnvironmentProps, 'form' | 'onChange' | 'onPlan'>): React.JSX.Element {
  const trans = useTrans();
  return (
    <>
      <Field label={trans.__('Packages')} hint="">
        {id => (
          <textarea
            id={id}
            rows={3}
            spellCheck={false}
            placeholder="python=3.12 pandas"
            value={form.packages}
            onChange={event => onChange({ packages: event.target.value })}
            onKeyDown={event => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                onPlan();
              }
            }}
          />
        )}
      </Field>
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
    </>
  );
}

function Field(props: {
  label: string;
  hint: string;
  children: (id: string) => React.ReactNode;
}): React.JSX.Element {
  const id = React.useId();
  return (
    <div className="jp-Envs-field">
      <label htmlFor={id}>
        {props.label}
        {props.hint && <span className="jp-Envs-hint"> · {props.hint}</span>}
      </label>
      {props.children(id)}
    </div>
  );
}
