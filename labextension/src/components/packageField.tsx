import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { channel } from '../format';
import { completed, splitChannels, splitPackages, wordAtEnd } from '../newEnvironment';
import { said } from '../said';
import type { EngineName, ICatalogue, INewEnvironment, PackageHit } from '../tokens';
import { IconButton } from './basics';
import { useChanges, useTrans } from './hooks';

export interface IPackageFieldProps {
  id: string;
  form: Pick<INewEnvironment, 'packages' | 'typed' | 'channels' | 'engine'>;
  catalogue: ICatalogue;
  onChange: (change: { packages?: string; typed?: string }) => void;
  /** Enter, with nothing typed. */
  onDone: () => void;
  placeholder?: string;
  autoFocus?: boolean;
}

const PLACEHOLDERS = { conda: 'python=3.12 pandas', pypi: 'pandas tqdm>=4' };

/** What is to be known about the names in the field. */
export function namesHint(engine: EngineName, trans: TranslationBundle): string | undefined {
  return engine === 'pypi' ? trans.__('whole names: PyPI has no search') : undefined;
}

/** Packages as chips, and a field that looks in the channels for what is typed: arrows, Enter, Escape. */
export function PackageField(props: IPackageFieldProps): React.JSX.Element {
  const { id, form, catalogue } = props;
  const trans = useTrans();
  useChanges(catalogue);
  const input = React.useRef<HTMLInputElement>(null);
  const list = useSuggestions(props);
  const listId = `${id}-list`;
  return (
    <div className="jp-Envs-packages">
      <Chips {...props} onRemoved={() => input.current?.focus()} />
      <input
        ref={input}
        id={id}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={list.open}
        aria-controls={listId}
        aria-activedescendant={list.active < 0 ? undefined : `${listId}-${list.active}`}
        spellCheck={false}
        autoComplete="off"
        autoFocus={props.autoFocus}
        placeholder={form.packages ? '' : (props.placeholder ?? PLACEHOLDERS[form.engine])}
        value={form.typed}
        onChange={event => list.type(event.target.value)}
        onKeyDown={list.onKeyDown}
        onBlur={list.close}
      />
      {list.open && (
        <ul className="jp-Envs-options" role="listbox" id={listId} aria-label={trans.__('Found')}>
          {list.hits.map((hit, index) => (
            <Option
              key={hit.name}
              id={`${listId}-${index}`}
              hit={hit}
              active={index === list.active}
              onChoose={() => list.choose(hit)}
            />
          ))}
          <Remark catalogue={catalogue} />
        </ul>
      )}
    </div>
  );
}

function Chips(props: IPackageFieldProps & { onRemoved: () => void }): React.JSX.Element | null {
  const trans = useTrans();
  const chosen = splitPackages(props.form.packages);
  return chosen.length === 0 ? null : (
    <ul className="jp-Envs-chips" aria-label={trans.__('Chosen')}>
      {chosen.map((spec, index) => (
        <li key={`${index} ${spec}`} className="jp-Envs-chip">
          <span className="jp-Envs-code jp-Envs-ellipsis" title={spec}>
            {spec}
          </span>
          <IconButton
            icon={closeIcon}
            label={trans.__('Without %1', spec)}
            onClick={() => {
              props.onChange({ packages: chosen.filter((_, at) => at !== index).join('\n') });
              props.onRemoved();
            }}
          />
        </li>
      ))}
    </ul>
  );
}

/** What is looked for; PyPI has no search. */
function searched({ engine }: Pick<INewEnvironment, 'engine'>, typed: string): string {
  return engine === 'pypi' ? '' : wordAtEnd(typed);
}

/** What the list shows, and what keys do to it. */
function useSuggestions({ form, catalogue, onChange, onDone }: IPackageFieldProps) {
  const [wanted, setWanted] = React.useState(false);
  const [moved, setMoved] = React.useState<number | null>(null);
  const word = searched(form, form.typed);
  const hits = useHits(catalogue, word);
  const open = wanted && word !== '' && (hits.length > 0 || isAnswered(catalogue, word));
  // the first one is only proposed where it goes on as the word begins
  const first = hits.length > 0 && hits[0].name.startsWith(word.toLowerCase()) ? 0 : -1;
  const active = open ? Math.min(moved ?? first, hits.length - 1) : -1;
  const close = () => {
    setWanted(false);
    catalogue.look('');
  };
  const add = (text: string) => {
    const packages = [...splitPackages(form.packages), ...splitPackages(text)].join('\n');
    onChange({ packages, typed: '' });
    close();
  };
  const choose = (hit: PackageHit) => add(completed(form.typed, hit.name));
  const type = (text: string) => {
    onChange({ typed: text });
    setWanted(true);
    setMoved(null);
    catalogue.look(searched(form, text), splitChannels(form.channels));
  };
  const enter = () => {
    if (active >= 0) {
      choose(hits[active]);
    } else if (form.typed.trim()) {
      add(form.typed);
    } else {
      onDone();
    }
  };
  const move = (to: number) => setMoved(Math.max(0, Math.min(to, hits.length - 1)));
  const look = () => {
    setWanted(true);
    setMoved(null);
    catalogue.look(word, splitChannels(form.channels));
  };
  const keys: Record<string, (() => void) | undefined> = {
    Enter: enter,
    ArrowDown: open ? () => move(active + 1) : look,
    ArrowUp: open ? () => move(active - 1) : undefined,
    Escape: open ? close : undefined,
    Backspace: form.typed
      ? undefined
      : () => onChange({ packages: splitPackages(form.packages).slice(0, -1).join('\n') })
  };
  return { open, hits, active, choose, type, close, onKeyDown: handler(keys) };
}

/** Do what a key stands for, and nothing else with it. */
function handler(keys: Record<string, (() => void) | undefined>) {
  return (event: React.KeyboardEvent): void => {
    const work = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (work && !event.nativeEvent.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      work();
    }
  };
}

/** What was found for a word; until the answer is there, those of the answer before that still fit. */
function useHits(catalogue: ICatalogue, word: string): readonly PackageHit[] {
  const before = React.useRef<readonly PackageHit[]>([]);
  if (isAnswered(catalogue, word)) {
    before.current = catalogue.hits ?? [];
    return before.current;
  }
  return before.current.filter(hit => hit.name.includes(word.toLowerCase()));
}

function isAnswered(catalogue: ICatalogue, word: string): boolean {
  const answered = catalogue.hits !== null || catalogue.error !== null;
  return answered && catalogue.query === word.toLowerCase();
}

function Option(props: {
  id: string;
  hit: PackageHit;
  active: boolean;
  onChoose: () => void;
}): React.JSX.Element {
  const { hit, active } = props;
  const option = React.useRef<HTMLLIElement>(null);
  React.useEffect(() => {
    if (active) {
      option.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [active]);
  return (
    <li
      ref={option}
      id={props.id}
      role="option"
      aria-selected={active}
      className={`jp-Envs-option${active ? ' jp-mod-active' : ''}`}
      title={hit.summary ?? undefined}
      // the field keeps the focus
      onMouseDown={event => event.preventDefault()}
      onClick={props.onChoose}
    >
      <div className="jp-Envs-code jp-Envs-ellipsis">
        {hit.name} <span className="jp-Envs-version">{hit.version}</span>
      </div>
      <div className="jp-Envs-line jp-Envs-ellipsis">
        {[channel(hit.channel), hit.build, hit.summary].filter(text => text).join(' · ')}
      </div>
    </li>
  );
}

/** Why the list is empty. */
function Remark({ catalogue }: { catalogue: ICatalogue }): React.JSX.Element | null {
  const trans = useTrans();
  if (catalogue.hits?.length) {
    return null;
  }
  return (
    <li className="jp-Envs-option jp-Envs-hint" role="presentation">
      {catalogue.error
        ? said(catalogue.error, trans).message
        : trans.__('The channels have no package with “%1” in its name.', catalogue.query)}
    </li>
  );
}
