import * as React from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';

import { WithFiles } from './code';

const shown = (text: string) =>
  renderToStaticMarkup(<WithFiles text={text} />).replace(
    /<span class="jp-Envs-code">(.*?)<\/span>/g,
    '[$1]'
  );

describe('a sentence', () => {
  it('shows the names of files as such, and nothing else', () => {
    expect(shown('Runs exactly what environment.yml locks.')).toBe(
      'Runs exactly what [environment.yml] locks.'
    );
    expect(shown('sub/pylock.toml beside this notebook; Pipfile.lock, Pipfile.')).toBe(
      '[sub/pylock.toml] beside this notebook; [Pipfile.lock], [Pipfile].'
    );
    expect(shown('2 packages differ from the lock.')).toBe('2 packages differ from the lock.');
    expect(shown('The lock covers linux-64, not <b>Pipfiles</b>.')).toContain('&lt;b&gt;Pipfiles');
  });
});
