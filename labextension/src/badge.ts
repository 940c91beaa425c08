import type { TranslationBundle } from '@jupyterlab/translation';

import type { Tone } from './card';
import { card } from './card';
import type { IEnvironments, IPins } from './tokens';

/** An environment's name with its dot, for a toolbar or a status bar. */
export interface IBadge {
  readonly name: string;
  readonly tone: Tone;
  /** What the dot stands for. */
  readonly sentence: string;
}

/** The badge of the current notebook or console; null where there is none, or nothing is known of it yet. */
export function currentBadge(
  pins: Pick<IPins, 'status' | 'kernel' | 'console'>,
  environments: Pick<IEnvironments, 'items' | 'byKernel' | 'byName'>,
  trans: TranslationBundle
): IBadge | null {
  const shown = card(pins, environments, trans);
  return shown && { name: shown.title, tone: shown.tone, sentence: shown.sentence };
}
