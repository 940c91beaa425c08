import * as React from 'react';

/** A package in a table, and a word about it. */
export function PackageRow(props: { name: string; note: string }): React.JSX.Element {
  return (
    <tr>
      <td className="jp-Envs-code" title={props.name}>
        {props.name}
      </td>
      <td>{props.note}</td>
    </tr>
  );
}
