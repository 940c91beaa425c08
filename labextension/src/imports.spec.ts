import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { importsForm } from './imports';
import type { NotebookImports } from './tokens';

const trans = nullTranslator.load('jupyter_envs');

function one(
  module: string,
  kind: NotebookImports['modules'][0]['kind'],
  more: Partial<NotebookImports['modules'][0]> = {}
): NotebookImports['modules'][0] {
  const rest = { known: true, optional: false, cells: [1], because: '' };
  return { module, kind, package: module, manager: 'conda', ...rest, ...more };
}

describe('imports', () => {
  it('become packages, each once; what is left out is said', () => {
    const form = importsForm(
      {
        path: 'a/Figure 3.ipynb',
        language: 'python',
        modules: [
          one('os', 'standard'),
          one('skimage', 'package', { package: 'scikit-image' }),
          one('skimage.io', 'package', { package: 'scikit-image' }),
          one('cv2', 'package', { package: 'opencv-python', manager: 'pip' }),
          one('cudf', 'package', { optional: true }),
          one('helper', 'local'),
          one('odd', 'unknown')
        ],
        notes: ['A note.']
      },
      trans
    );
    expect(form.packages).toBe('python\nscikit-image\npip:opencv-python');
    expect(form.name).toBe('figure-3');
    expect(form.notes).toHaveLength(4);
    expect(form.notes.join()).toMatch(/odd.*cudf.*helper.*A note/);
  });
});
