import * as React from 'react';

import { origin } from '../format';
import type { EnvsError } from '../request';
import { shown } from '../request';
import type { IPins, Package } from '../tokens';
import { Button, Failure } from './basics';
import { useTrans } from './hooks';
import { PackageRow } from './packageRow';

/** What a notebook's lock has, once somebody has asked. */
export interface IInside {
  readonly open: boolean;
  readonly packages: readonly Package[] | null;
  readonly error: EnvsError | null;
  readonly toggle: () => void;
}

/** Read what the current notebook's lock has, while that is open. */
export function useInside(pins: Pick<IPins, 'inside' | 'path' | 'status'>): IInside {
  const [open, setOpen] = React.useState(false);
  const [packages, setPackages] = React.useState<readonly Package[] | null>(null);
  const [error, setError] = React.useState<EnvsError | null>(null);
  const { path, status } = pins;
  const lock = `${path ?? ''} ${status?.pin?.digest ?? ''}`;
  // of another notebook nobody has asked yet
  React.useEffect(() => setOpen(false), [lock]);
  React.useEffect(() => {
    let current = true;
    const take = (found: readonly Package[] | null, reason: EnvsError | null) => {
      if (current) {
        setPackages(found);
        setError(reason);
      }
    };
    take(null, null);
    if (open) {
      pins.inside().then(
        found => take(found, null),
        (reason: unknown) => take(null, shown(reason))
      );
    }
    return () => {
      current = false;
    };
  }, [pins, open, lock]);
  return { open, packages, error, toggle: () => setOpen(!open) };
}

export function InsideButton({ inside }: { inside: IInside }): React.JSX.Element {
  const trans = useTrans();
  return (
    <Button
      label={inside.open ? trans.__('Hide packages') : trans.__('What is in it?')}
      onClick={inside.toggle}
    />
  );
}

/** The packages of the lock, with where they are from. */
export function InsideView({ inside }: { inside: IInside }): React.JSX.Element | null {
  const trans = useTrans();
  const { open, packages, error } = inside;
  if (!open) {
    return null;
  }
  if (error) {
    return <Failure error={error} />;
  }
  return packages === null ? (
    <div className="jp-Envs-line">{trans.__('Looking…')}</div>
  ) : (
    <div
      className="jp-Envs-scroll jp-Envs-plan"
      tabIndex={0}
      role="region"
      aria-label={trans.__('What the lock has')}
    >
      <table className="jp-Envs-table">
        <tbody>
          {packages.map(item => (
            <PackageRow
              key={`${item.manager} ${item.name}`}
              name={`${item.name} ${item.version}`}
              note={origin(item, trans)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
