/** Milliseconds after which a panel that is looked at reads again what it may not have been told. */
export const FALLBACK = 120_000;

/**
 * Events may be lost: call `work` after a long time without a call to `heard`, and only while `wanted`. Whoever starts
 * it calls `stop` in the end.
 */
export class Fallback {
  constructor(
    private readonly wanted: () => boolean,
    private readonly work: () => void,
    private readonly after = FALLBACK
  ) {}

  /** Everything is as it was just read. */
  heard(): void {
    this.stop();
    this._timer = setTimeout(() => {
      if (this.wanted()) {
        this.work();
      }
      this.heard();
    }, this.after);
  }

  stop(): void {
    clearTimeout(this._timer);
  }

  private _timer: ReturnType<typeof setTimeout> | undefined;
}
