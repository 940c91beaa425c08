import type { MimeData } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';

/** The file browser's type for paths that are dragged. */
const PATHS = 'application/x-jupyter-icontents';
const CLASS = 'jp-mod-dropTarget';

/** What is done with files that are dropped. */
export interface IDropped {
  /** Paths from the file browser. */
  onPaths: (paths: readonly string[]) => void;
  /** Files from this computer. */
  onFiles: (files: readonly File[]) => void;
}

/** Let files be dropped on an element: from this computer, and from JupyterLab's file browser. */
export function acceptFiles(node: HTMLElement, dropped: IDropped): IDisposable {
  const listeners = [...fromComputer(node, dropped), ...fromBrowser(node, dropped)];
  listeners.forEach(([name, listener]) => node.addEventListener(name, listener));
  return new DisposableDelegate(() =>
    listeners.forEach(([name, listener]) => node.removeEventListener(name, listener))
  );
}

type Listener = [string, (event: Event) => void];

function fromComputer(node: HTMLElement, { onFiles }: IDropped): Listener[] {
  const over = (event: Event) => {
    if ((event as DragEvent).dataTransfer?.types.includes('Files')) {
      take(node, event);
    }
  };
  const drop = (event: Event) => {
    over(event);
    unmark(node);
    const files = (event as DragEvent).dataTransfer?.files;
    if (files?.length) {
      onFiles([...files]);
    }
  };
  return [
    ['dragenter', over],
    ['dragover', over],
    ['dragleave', event => leave(node, event)],
    ['drop', drop]
  ];
}

function fromBrowser(node: HTMLElement, { onPaths }: IDropped): Listener[] {
  const isMeant = (event: Event) => asDrag(event).mimeData.hasData(PATHS);
  const over = (event: Event) => {
    if (isMeant(event)) {
      take(node, event);
      const drag = asDrag(event);
      drag.dropAction = drag.proposedAction;
    }
  };
  const drop = (event: Event) => {
    over(event);
    unmark(node);
    if (isMeant(event)) {
      onPaths(asDrag(event).mimeData.getData(PATHS) as string[]);
    }
  };
  return [
    ['lm-dragenter', over],
    ['lm-dragover', over],
    ['lm-dragleave', event => leave(node, event)],
    ['lm-drop', drop]
  ];
}

/** What a drag inside JupyterLab carries. */
interface ILabDrag {
  readonly mimeData: MimeData;
  readonly proposedAction: string;
  dropAction: string;
}

function asDrag(event: Event): ILabDrag {
  return event as unknown as ILabDrag;
}

function take(node: HTMLElement, event: Event): void {
  event.preventDefault();
  event.stopPropagation();
  node.classList.add(CLASS);
}

function leave(node: HTMLElement, event: Event): void {
  const { relatedTarget } = event as DragEvent;
  if (!(relatedTarget instanceof Node && node.contains(relatedTarget))) {
    unmark(node);
  }
}

function unmark(node: HTMLElement): void {
  node.classList.remove(CLASS);
}
