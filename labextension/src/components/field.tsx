import * as React from 'react';

/** A field with its label; `children` is given the id that joins them. */
export function Field(props: {
  label: string;
  hint?: string;
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
