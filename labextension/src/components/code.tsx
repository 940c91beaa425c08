import * as React from 'react';

/** Names of files that environments are described in. */
const FILES = /((?:[\w./-]+\.(?:ya?ml|toml|lock|txt|json)|\bPipfile(?:\.lock)?)(?![\w]))/;

/** A sentence in which names of files look like those. */
export function WithFiles({ text }: { text: string }): React.JSX.Element {
  return (
    <>
      {text.split(FILES).map((part, at) =>
        // every other part is what was looked for
        at % 2 ? (
          <span key={at} className="jp-Envs-code">
            {part}
          </span>
        ) : (
          part
        )
      )}
    </>
  );
}
