import * as React from 'react';

import type { EnvsError } from '../request';
import type { Environment, IQuestion } from '../tokens';
import { splitTags } from '../listing';
import { Actions, Button, Failure } from './basics';
import { Field } from './field';
import { useReturnFocus, useTrans } from './hooks';
import type { IPanelProps } from './panelView';

interface IQuestionFormProps {
  question: IQuestion;
  item: Environment;
  onRename: (to: string, force: boolean) => void;
  onAbout: (note: string, tags: string[]) => void;
  onClose: () => void;
}

/** What is asked about an environment, if anything is. */
export function Question({
  item,
  state,
  actions
}: IPanelProps & { item: Environment }): React.JSX.Element | null {
  const question = state.asking;
  if (question?.name !== item.name) {
    return null;
  }
  const environment = item.name;
  return (
    <QuestionForm
      key={`${question.kind} ${environment}`}
      question={question}
      item={item}
      onRename={(to, force) => actions.run('confirmRename', { environment, to, force })}
      onAbout={(note, tags) => actions.run('confirmAbout', { environment, note, tags })}
      onClose={() => state.ask(null)}
    />
  );
}

/** Asks for another name, or for note and tags, below the environment's row. */
function QuestionForm(props: IQuestionFormProps): React.JSX.Element {
  return props.question.kind === 'rename' ? <Rename {...props} /> : <About {...props} />;
}

function Rename({ question, onRename, onClose }: IQuestionFormProps): React.JSX.Element {
  const trans = useTrans();
  const [name, setName] = React.useState(question.name);
  const inUse = question.error?.code === 'environment-in-use';
  return (
    <Inline
      label={trans.__('Rename %1', question.name)}
      error={question.error}
      submit={inUse ? trans.__('Shut down and rename') : trans.__('Rename')}
      disabled={name.trim() === '' || name.trim() === question.name}
      onSubmit={() => onRename(name.trim(), inUse)}
      onClose={onClose}
    >
      <Field label={trans.__('New name')}>
        {id => <TextInput id={id} value={name} onChange={setName} />}
      </Field>
      <div className="jp-Envs-hint">
        {trans.__('Notebooks that are pinned to %1 keep that name.', question.name)}
      </div>
    </Inline>
  );
}

function About({ question, item, onAbout, onClose }: IQuestionFormProps): React.JSX.Element {
  const trans = useTrans();
  const [note, setNote] = React.useState(item.note ?? '');
  const [tags, setTags] = React.useState((item.tags ?? []).join(', '));
  return (
    <Inline
      label={trans.__('Note and tags of %1', question.name)}
      error={question.error}
      submit={trans.__('Save')}
      onSubmit={() => onAbout(note.trim(), splitTags(tags))}
      onClose={onClose}
    >
      <Field label={trans.__('Note')}>
        {id => <TextInput id={id} value={note} onChange={setNote} />}
      </Field>
      <Field label={trans.__('Tags')} hint={trans.__('separated by commas')}>
        {id => (
          <input
            id={id}
            spellCheck={false}
            value={tags}
            onChange={event => setTags(event.target.value)}
          />
        )}
      </Field>
    </Inline>
  );
}

/** A field that has the focus, with its text selected. */
function TextInput(props: {
  id: string;
  value: string;
  onChange: (value: string) => void;
}): React.JSX.Element {
  return (
    <input
      id={props.id}
      autoFocus
      spellCheck={false}
      autoComplete="off"
      value={props.value}
      onFocus={event => event.currentTarget.select()}
      onChange={event => props.onChange(event.target.value)}
    />
  );
}

/** A small form: Enter answers, Escape closes. */
function Inline(props: {
  label: string;
  error: EnvsError | null;
  submit: string;
  disabled?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: React.ReactNode;
}): React.JSX.Element {
  const trans = useTrans();
  useReturnFocus();
  const submit = () => !props.disabled && props.onSubmit();
  return (
    <form
      className="jp-Envs-question"
      aria-label={props.label}
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          event.preventDefault();
          props.onClose();
        } else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
          // a form of two fields does not submit itself
          event.preventDefault();
          submit();
        }
      }}
    >
      {props.children}
      {props.error && <Failure error={props.error} />}
      <Actions>
        <Button primary label={props.submit} disabled={props.disabled} onClick={props.onSubmit} />
        <Button label={trans.__('Cancel')} onClick={props.onClose} />
      </Actions>
    </form>
  );
}
