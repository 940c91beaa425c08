import { describe, expect, it } from 'vitest';

import { merged, samePin } from './pinEntry';
import { PIN } from './testing/server';

describe('what metadata holds as a pin', () => {
  it('is compared by environment and digest, whatever it is', () => {
    expect(samePin({ ...PIN, file: 'other.yml' }, PIN)).toBe(true);
    expect(samePin({ ...PIN, digest: 'other' }, PIN)).toBe(false);
    for (const held of [undefined, null, 7, 'text', [PIN]]) {
      expect(samePin(held, PIN)).toBe(false);
    }
  });

  it('keeps what it says more', () => {
    expect(merged({ colour: 'blue', digest: 'old' }, PIN)).toEqual({ ...PIN, colour: 'blue' });
    for (const held of [undefined, null, 7, 'text', [1]]) {
      expect(merged(held, PIN)).toEqual(PIN);
    }
  });
});
