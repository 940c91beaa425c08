import * as React from 'react';

import type { EngineName } from '../tokens';
import { useTrans } from './hooks';

/** The engines by the names of what they take packages from, which are the same in every language. */
const ENGINES: readonly (readonly [EngineName, string])[] = [
  ['conda', 'conda'],
  ['pypi', 'PyPI']
];

/** Whose packages are named. */
export function EngineChoice(props: {
  engine: EngineName;
  onChange: (engine: EngineName) => void;
}): React.JSX.Element {
  const trans = useTrans();
  const name = React.useId();
  return (
    <div className="jp-Envs-choice" role="radiogroup" aria-label={trans.__('From')}>
      <span aria-hidden="true">{trans.__('From')}</span>
      {ENGINES.map(([engine, label]) => (
        <label key={engine}>
          <input
            type="radio"
            name={name}
            checked={engine === props.engine}
            onChange={() => props.onChange(engine)}
          />
          {label}
        </label>
      ))}
    </div>
  );
}
