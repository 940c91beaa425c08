import type { TranslationBundle } from '@jupyterlab/translation';

import { language } from './format';
import type {
  Difference,
  Environment,
  IEnvironments,
  IKernelView,
  IPins,
  PinStatus,
  VerdictState
} from './tokens';

/** Colour of the dot. It always comes with words. */
export type Tone = 'ok' | 'warn' | 'error' | 'info' | 'off';

/** The one thing to do about the state of the current notebook. */
export type CardAction =
  | { kind: 'build' | 'restore' | 'saveChanges' | 'update' | 'lock' | 'choose' | 'new' }
  | { kind: 'use' | 'pin'; environment: Environment };

/** What the card of the current notebook says. */
export interface ICard {
  title: string;
  line: string;
  tone: Tone;
  sentence: string;
  differences: readonly Difference[];
  action: CardAction | null;
  /** The other way to mend it. */
  second: CardAction | null;
  /** The kernel runs from files that a change has replaced: a restart moves it. */
  older: boolean;
}

const TONES: Record<VerdictState, Tone> = {
  match: 'ok',
  drifted: 'warn',
  outdated: 'info',
  missing: 'error',
  unlocked: 'warn',
  unpinned: 'off'
};

/** Does this notebook run in what it says it runs in? Null while that is not known. */
export function card(
  pins: Pick<IPins, 'status' | 'kernel'>,
  environments: Pick<IEnvironments, 'items' | 'byKernel' | 'byName'>,
  trans: TranslationBundle
): ICard | null {
  const { status, kernel } = pins;
  if (!status) {
    return null;
  }
  const running = environments.byKernel(kernel?.name);
  const pinned = environments.byName(status.pin?.environment) ?? status.environment ?? undefined;
  const shown = status.pin ? pinned : running;
  const base = {
    title: status.pin?.environment ?? running?.name ?? kernel?.displayName ?? trans.__('No kernel'),
    line: line(shown, pins, trans),
    differences: status.verdict.differences,
    second: null,
    older: Boolean(running && running.older_kernels > 0)
  };
  const known = environments.items !== null && kernel;
  return status.verdict.state === 'match' && known && pinned && pinned !== running
    ? { ...base, ...elsewhere(pinned, kernel, trans) }
    : { ...base, ...verdict(status, running, environments), ...drifted(status, pinned) };
}

function verdict(
  { verdict: { state, sentence, action } }: PinStatus,
  running: Environment | undefined,
  environments: Pick<IEnvironments, 'items'>
): Pick<ICard, 'tone' | 'sentence' | 'action'> {
  const tone = TONES[state];
  if (action === 'none') {
    return { tone, sentence, action: null };
  }
  return action === 'pin'
    ? { tone, sentence, action: pinAction(running, environments) }
    : { tone, sentence, action: { kind: action } };
}

/** What differs can be written down or thrown away; in another tool's environment nothing is thrown away. */
function drifted(
  { verdict: { state } }: PinStatus,
  environment: Environment | undefined
): Partial<ICard> {
  if (state !== 'drifted') {
    return {};
  }
  return environment?.foreign
    ? { action: { kind: 'pin', environment } }
    : { action: { kind: 'saveChanges' }, second: { kind: 'restore' } };
}

function pinAction(
  running: Environment | undefined,
  environments: Pick<IEnvironments, 'items'>
): CardAction {
  if (running) {
    return { kind: 'pin', environment: running };
  }
  return { kind: environments.items?.length ? 'choose' : 'new' };
}

/** The environment is as locked, but the notebook's kernel is another one. */
function elsewhere(
  environment: Environment,
  kernel: IKernelView,
  trans: TranslationBundle
): Pick<ICard, 'tone' | 'sentence' | 'action'> {
  const sentence = trans.__(
    '%1 is as locked, but this notebook runs in %2.',
    environment.name,
    kernel.displayName
  );
  return { tone: 'warn', sentence, action: { kind: 'use', environment } };
}

function line(
  environment: Environment | undefined,
  { kernel }: Pick<IPins, 'kernel'>,
  trans: TranslationBundle
): string {
  const parts = environment
    ? [language(environment), trans._n('%1 package', '%1 packages', environment.packages)]
    : [];
  return [...parts, kernel ? trans.__('kernel %1', kernel.status) : trans.__('no kernel')].join(
    ' · '
  );
}
