import type { Event } from '@jupyterlab/services';

import type { Change } from './tokens';

const SCHEMA = 'https://schema.jupyter.org/jupyter_envs/change/v1';

/** Hear the server's hints that something has changed. They may be missed: nothing may depend on them alone. */
export function onChange(stream: Event.Stream, heard: (change: Change) => void): void {
  stream.connect((_, emission) => {
    if (emission.schema_id === SCHEMA) {
      heard(emission as unknown as Change);
    }
  });
}
