import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Fallback } from './fallback';

describe('the fallback', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('works after a long silence, and again after the next', () => {
    const work = vi.fn();
    const fallback = new Fallback(() => true, work, 1000);
    fallback.heard();
    vi.advanceTimersByTime(900);
    fallback.heard();
    vi.advanceTimersByTime(999);
    expect(work).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(work).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(work).toHaveBeenCalledTimes(2);
    fallback.stop();
    vi.advanceTimersByTime(5000);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('does nothing while nobody looks', () => {
    const work = vi.fn();
    let looked = false;
    const fallback = new Fallback(() => looked, work, 1000);
    fallback.heard();
    vi.advanceTimersByTime(1500);
    expect(work).not.toHaveBeenCalled();
    looked = true;
    vi.advanceTimersByTime(500);
    expect(work).toHaveBeenCalledTimes(1);
  });
});
