/**
 * Run `work` so that it never overlaps with itself: calls while it runs make one more run afterwards, however many
 * they are. What is returned ends with a run that began after the call.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    next = null;
    running = work().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (!running) {
      return start();
    }
    next ??= running.then(start, start);
    return next;
  };
}
