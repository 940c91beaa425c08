import * as React from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { describe, expect, it, vi } from 'vitest';

import { Boundary } from './boundary';

describe('the boundary', () => {
  it('says what cannot be drawn, and draws it when asked again', () => {
    // React says so too
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    let broken = true;
    const Part = () => {
      if (broken) {
        throw new TypeError('depends is not iterable');
      }
      return <p>drawn</p>;
    };
    const node = document.createElement('div');
    const root = createRoot(node);
    flushSync(() =>
      root.render(
        <Boundary>
          <Part />
        </Boundary>
      )
    );
    expect(node.querySelector('[role=alert]')?.textContent).toContain('depends is not iterable');
    broken = false;
    flushSync(() => node.querySelector('button')?.click());
    expect(node.textContent).toBe('drawn');
    flushSync(() => root.unmount());
    said.mockRestore();
  });
});
