import * as React from 'react';

import type { Job } from '../tokens';

/** Nothing moves under the pointer when a job ends. */

interface IWatch {
  onPointerEnter: () => void;
  onPointerLeave: () => void;
}

/** Whether the pointer is over an element, and what the element has to be given to know. */
export function useHovered(): [boolean, IWatch] {
  const [hovered, setHovered] = React.useState(false);
  const [watch] = React.useState<IWatch>({
    onPointerEnter: () => setHovered(true),
    onPointerLeave: () => setHovered(false)
  });
  return [hovered, watch];
}

/** The value as it is while the pointer is elsewhere; while it is here, as it was when it came. */
export function useStill<T>(value: T, hovered: boolean): T {
  const [held, setHeld] = React.useState(value);
  if (!hovered && held !== value) {
    setHeld(value);
    return value;
  }
  return held;
}

/** The jobs to be shown, and while the pointer is over the panel also those that were shown before. */
export function useLingering(
  wanted: readonly Job[],
  all: readonly Job[],
  hovered: boolean
): readonly Job[] {
  const shown = React.useRef<ReadonlySet<string>>(new Set());
  const items = hovered
    ? all.filter(job => wanted.includes(job) || shown.current.has(job.id))
    : wanted;
  React.useEffect(() => {
    shown.current = new Set(items.map(job => job.id));
  });
  return items;
}
