import * as React from 'react';

/** Rows beyond the visible ones that are there all the same. */
const OVERSCAN = 10;
/** As many as are there before anything could be measured. */
const AT_FIRST = 40;
/** Rows that Page Up and Page Down move over. */
const PAGE = 10;

export interface IRowState {
  /** It is the one that Tab reaches. */
  focusable: boolean;
  onFocus: () => void;
}

export interface IVirtualListProps<T> {
  label: string;
  items: readonly T[];
  keyOf: (item: T) => string;
  /** Pixels; of the row alone, without what is open below it. */
  rowHeight: number;
  className?: string;
  /** A row; what takes its focus has `data-row`. */
  row: (item: T, state: IRowState) => React.ReactNode;
  /** What is open below a row. It stays as long as it is open, wherever the list is scrolled to. */
  below?: (item: T) => React.ReactNode;
  /** The row that takes the focus when the list appears, if nothing else has it. */
  initial?: string | null;
}

/** A list of which only what can be seen is there: arrows, Page Up and Down, Home and End move in all of it. */
export function VirtualList<T>(props: IVirtualListProps<T>): React.JSX.Element {
  const { items, keyOf, rowHeight, initial } = props;
  const list = React.useRef<HTMLUListElement>(null);
  const range = useRange(list, rowHeight);
  const [active, setActive] = React.useState<string | null>(initial ?? null);
  const found = items.findIndex(item => keyOf(item) === active);
  const current = Math.max(0, found);
  const move = useFocusMover(list, items, keyOf, setActive, found >= 0 ? initial : null);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const to = target(event.key, current, items.length);
    if (to !== null && (event.target as HTMLElement).matches('[data-row]')) {
      event.preventDefault();
      event.stopPropagation();
      move(to);
    }
  };
  const shown = indices(props, range, current);
  const end = shown.length > 0 ? shown[shown.length - 1] + 1 : 0;
  return (
    <ul
      className={`jp-Envs-list ${props.className ?? ''}`}
      aria-label={props.label}
      ref={list}
      style={{ paddingBottom: (items.length - end) * rowHeight }}
      onKeyDown={onKeyDown}
    >
      {shown.map((index, at) => (
        <li
          key={keyOf(items[index])}
          aria-setsize={items.length}
          aria-posinset={index + 1}
          data-index={index}
          style={{ marginTop: (index - (at > 0 ? shown[at - 1] + 1 : 0)) * rowHeight }}
        >
          {props.row(items[index], {
            focusable: index === current,
            onFocus: () => setActive(keyOf(items[index]))
          })}
          {props.below?.(items[index])}
        </li>
      ))}
    </ul>
  );
}

/** Where a key leads to; null if it leads nowhere. */
export function target(key: string, from: number, count: number): number | null {
  const steps: Record<string, number | undefined> = {
    ArrowUp: from - 1,
    ArrowDown: from + 1,
    PageUp: from - PAGE,
    PageDown: from + PAGE,
    Home: 0,
    End: count - 1
  };
  const to = steps[key];
  return to === undefined || count === 0 ? null : Math.max(0, Math.min(count - 1, to));
}

interface IRange {
  first: number;
  /** The one after the last. */
  end: number;
}

/** The rows that are there: what is in sight, the one that Tab reaches, and those with something open. */
function indices<T>(props: IVirtualListProps<T>, range: IRange, current: number): number[] {
  const { items, below } = props;
  const wanted = new Set<number>(items.length > 0 ? [current] : []);
  for (let index = range.first; index < Math.min(range.end, items.length); index += 1) {
    wanted.add(index);
  }
  items.forEach((item, index) => below?.(item) && wanted.add(index));
  return [...wanted].sort((a, b) => a - b);
}

/** What can be seen of the list, and some more. */
function useRange(list: React.RefObject<HTMLElement>, rowHeight: number): IRange {
  const [range, setRange] = React.useState<IRange>({ first: 0, end: AT_FIRST });
  const measure = React.useCallback(() => {
    const node = list.current;
    const frame = node?.closest('.jp-Envs');
    if (!node || !frame || frame.clientHeight === 0) {
      return;
    }
    const top = frame.getBoundingClientRect().top - node.getBoundingClientRect().top;
    const next = visible(top, frame.clientHeight, rowHeight);
    setRange(old => (old.first === next.first && old.end === next.end ? old : next));
  }, [list, rowHeight]);
  React.useLayoutEffect(measure);
  React.useEffect(() => {
    const frame = list.current?.closest('.jp-Envs');
    if (!frame) {
      return;
    }
    frame.addEventListener('scroll', measure, { passive: true });
    const sizes = new ResizeObserver(measure);
    sizes.observe(frame);
    return () => {
      frame.removeEventListener('scroll', measure);
      sizes.disconnect();
    };
  }, [list, measure]);
  return range;
}

/** The rows between `top` and `top + height`, in steps, so that not every pixel makes others of them. */
export function visible(top: number, height: number, rowHeight: number): IRange {
  const step = (row: number) => Math.floor(row / OVERSCAN) * OVERSCAN;
  return {
    first: Math.max(0, step(top / rowHeight) - OVERSCAN),
    end: Math.max(0, step((top + height) / rowHeight) + 2 * OVERSCAN)
  };
}

/** Gives a row the focus, once it is there. */
function useFocusMover<T>(
  list: React.RefObject<HTMLElement>,
  items: readonly T[],
  keyOf: (item: T) => string,
  setActive: (key: string) => void,
  initial: string | null | undefined
): (to: number) => void {
  const wanted = React.useRef<number | null>(null);
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useLayoutEffect(() => {
    if (wanted.current !== null) {
      focusRow(list.current, wanted.current);
      wanted.current = null;
    }
  });
  const first = React.useRef(initial);
  React.useEffect(() => {
    const index = items.findIndex(item => keyOf(item) === first.current);
    if (index >= 0 && (document.activeElement ?? document.body) === document.body) {
      focusRow(list.current, index);
    }
    // only when the list appears
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return to => {
    wanted.current = to;
    setActive(keyOf(items[to]));
    again();
  };
}

function focusRow(list: HTMLElement | null, index: number): void {
  list?.querySelector<HTMLElement>(`:scope > [data-index="${index}"] [data-row]`)?.focus();
}
