import type { TranslationBundle } from '@jupyterlab/translation';

import { isNotebookFile } from './newEnvironment';
import { language } from './rows';
import { verdictSentence } from './said';
import type {
  Difference,
  Environment,
  IEnvironments,
  IKernelView,
  IPins,
  PinStatus,
  Verdict
} from './tokens';

/** Colour of the dot. It always comes with words. */
export type Tone = 'ok' | 'warn' | 'error' | 'info' | 'off';

/** The one thing to do about the state of the current notebook. */
export type CardAction =
  | {
      kind:
        'build' | 'restore' | 'saveChanges' | 'update' | 'lock' | 'choose' | 'new' | 'fromImports';
    }
  | { kind: 'use' | 'pin'; environment: Environment }
  | { kind: 'fromBeside'; file: string };

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
  /** The environment that packages can be added to, where nothing else has to be mended first. */
  adds: string | null;
}

const TONES: Record<Verdict['state'], Tone> = {
  match: 'ok',
  drifted: 'warn',
  outdated: 'info',
  missing: 'error',
  unlocked: 'warn',
  unpinned: 'off'
};

/** Does this notebook run in what it says it runs in? Null while that is not known. */
export function card(
  pins: Pick<IPins, 'status' | 'kernel' | 'console'>,
  environments: Pick<IEnvironments, 'items' | 'byKernel' | 'byName'>,
  trans: TranslationBundle
): ICard | null {
  const { status, kernel } = pins;
  const running = environments.byKernel(kernel?.name);
  if (pins.console !== null) {
    return environments.items && consoleCard(kernel, running, trans);
  }
  if (!status) {
    return null;
  }
  const pinned = environments.byName(status.pin?.environment) ?? status.environment ?? undefined;
  const shown = status.pin ? pinned : running;
  const base = {
    title: status.pin?.environment ?? running?.name ?? kernel?.displayName ?? trans.__('No kernel'),
    line: line(shown, pins, trans),
    differences: status.verdict.differences,
    second: null,
    older: Boolean(running && running.older_kernels > 0),
    adds: null
  };
  const known = environments.items !== null && kernel;
  return status.verdict.state === 'match' && known && pinned && pinned !== running
    ? { ...base, ...elsewhere(pinned, kernel, trans) }
    : {
        ...base,
        ...verdict(status, running, environments, trans),
        ...drifted(status, pinned),
        ...unpinned(status, running),
        ...beside(status, running, environments, trans),
        adds: additions(status, running)
      };
}

/** A console has nothing to pin: which environment its kernel is from is all there is to say. */
function consoleCard(
  kernel: IKernelView | null,
  running: Environment | undefined,
  trans: TranslationBundle
): ICard {
  return {
    title: running?.name ?? kernel?.displayName ?? trans.__('No kernel'),
    line: line(running, { kernel }, trans),
    tone: running ? 'ok' : 'off',
    sentence: running
      ? trans.__('A console is not pinned; it runs in what is chosen here.')
      : trans.__('This console runs in none of the environments below.'),
    differences: [],
    action: null,
    second: null,
    older: Boolean(running && running.older_kernels > 0),
    adds: addsTo(running)
  };
}

/** Packages can be added to what the notebook runs in, unless that is not what it should be. */
function additions(
  { verdict: { state } }: PinStatus,
  running: Environment | undefined
): string | null {
  const good = state === 'match' || state === 'unpinned';
  return good ? addsTo(running) : null;
}

function addsTo(running: Environment | undefined): string | null {
  return running && !running.foreign && running.state === 'ready' ? running.name : null;
}

function verdict(
  { verdict: found }: PinStatus,
  running: Environment | undefined,
  environments: Pick<IEnvironments, 'items'>,
  trans: TranslationBundle
): Pick<ICard, 'tone' | 'sentence' | 'action'> {
  const { state, action } = found;
  const tone = TONES[state];
  const sentence = verdictSentence(found, trans);
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

/** A notebook that runs in no environment of ours, and says nowhere what it needs, can have one of what it imports. */
function unpinned(
  { verdict: { state }, beside: found }: PinStatus,
  running: Environment | undefined
): Partial<ICard> {
  const chosen = found ?? (running && !running.foreign);
  return state === 'unpinned' && !chosen ? { second: { kind: 'fromImports' } } : {};
}

/** A notebook that is not pinned has a file beside it that says what it needs. */
function beside(
  { beside: found }: PinStatus,
  running: Environment | undefined,
  environments: Pick<IEnvironments, 'items' | 'byName'>,
  trans: TranslationBundle
): Partial<ICard> {
  if (!found) {
    return {};
  }
  const made = found.made ? environments.byName(found.environment) : undefined;
  if (made) {
    const sentence = trans.__('%1 has what %2 asks for.', made.name, found.file);
    return { sentence, tone: 'info', action: { kind: 'pin', environment: made } };
  }
  // who has chosen an environment is not asked to take another one
  return running && !running.foreign
    ? {}
    : {
        sentence: isNotebookFile(found.file)
          ? trans.__('This notebook says itself what it needs.')
          : trans.__('%1 beside this notebook says what it needs.', found.file),
        tone: 'info',
        action: { kind: 'fromBeside', file: found.file },
        second: pinAction(running, environments)
      };
}

function pinAction(
  running: Environment | undefined,
  environments: Pick<IEnvironments, 'items'>
): CardAction {
  if (running) {
    return { kind: 'pin', environment: running };
  }
  return { kind: environments.items?.some(item => item.kernel !== null) ? 'choose' : 'new' };
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
