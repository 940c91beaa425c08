import type { TranslationBundle } from '@jupyterlab/translation';

import type { INewEnvironment, NotebookImports } from './tokens';
import { proposedName } from './newEnvironment';

/** What a notebook imports, as the content of the form for a new environment. Pure. */
export function importsForm(
  found: NotebookImports,
  trans: TranslationBundle
): Pick<INewEnvironment, 'name' | 'packages' | 'engine' | 'notes' | 'file' | 'clone' | 'typed'> {
  const wanted = found.modules.filter(one => one.kind === 'package' && !one.optional);
  const packages = wanted.map(one =>
    one.manager === 'pip' ? `pip:${one.package ?? ''}` : (one.package ?? '')
  );
  return {
    name: proposedName(found.path.split('/').pop() ?? ''),
    packages: [...new Set(['python', ...packages])].join('\n'),
    // the table of names is for conda first
    engine: 'conda',
    typed: '',
    file: null,
    clone: null,
    notes: [...remarks(found, trans), ...found.notes]
  };
}

function remarks(found: NotebookImports, trans: TranslationBundle): string[] {
  const names = (kind: string) =>
    found.modules.filter(one => one.kind === kind).map(one => one.module);
  const unknown = names('unknown');
  const local = names('local');
  const optional = found.modules.filter(one => one.kind === 'package' && one.optional);
  return [
    unknown.length
      ? trans.__(
          'No package is known for %1. What PyPI has can be added as pip:NAME, if you trust it.',
          unknown.join(', ')
        )
      : '',
    optional.length
      ? trans.__(
          'The notebook can do without %1; not added.',
          optional.map(one => one.package ?? one.module).join(', ')
        )
      : '',
    local.length ? trans.__('Beside the notebook: %1.', local.join(', ')) : ''
  ].filter(text => text);
}
