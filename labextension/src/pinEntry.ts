import type { Pin } from './tokens';

/** What a notebook's metadata holds as its pin: anyone may have written it. */

function fields(held: unknown): Partial<Record<string, unknown>> {
  return typeof held === 'object' && held !== null && !Array.isArray(held) ? held : {};
}

/** Does the metadata say what this pin says? */
export function samePin(held: unknown, pin: Pin): boolean {
  const { digest, environment } = fields(held);
  return digest === pin.digest && environment === pin.environment;
}

/** The pin, with what the metadata says more. */
export function merged(held: unknown, pin: Pin): Pin {
  return { ...fields(held), ...pin };
}
