// What JupyterLab's packages ask of a browser on import, and jsdom does not have.
const scope = globalThis as Record<string, unknown>;

scope.DragEvent ??= class extends MouseEvent {};
scope.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
scope.matchMedia ??= (media: string) => ({
  media,
  matches: false,
  onchange: null,
  addListener() {},
  removeListener() {},
  addEventListener() {},
  removeEventListener() {},
  dispatchEvent: () => false
});
scope.requestIdleCallback ??= (work: () => void) => setTimeout(work, 0);
scope.cancelIdleCallback ??= clearTimeout;
