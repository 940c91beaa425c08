import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { components } from './api';

/** What went wrong, in the words of the server, or in English words of ours that `said` translates; `status` is 0 if nothing answered. */
export class EnvsError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    readonly hints: readonly string[] = [],
    readonly fields: Readonly<Record<string, unknown>> = {}
  ) {
    super(message);
    this.name = 'EnvsError';
  }
}

/** Any failure as one that can be shown. */
export function shown(reason: unknown): EnvsError {
  if (reason instanceof EnvsError) {
    return reason;
  }
  return new EnvsError(reason instanceof Error ? reason.message : String(reason), 'internal', 0);
}

/** Why a job failed. */
export function failure(job: { error: components['schemas']['JobError'] | null }): EnvsError {
  const { message, code, hints, fields } = job.error ?? UNEXPLAINED;
  return new EnvsError(message, code, 0, hints, fields);
}

const UNEXPLAINED = { message: 'It failed.', code: 'unexplained', hints: [], fields: {} };

/**
 * Call an endpoint of the server extension.
 *
 * The path is relative to the API's root, its parts already encoded (see `url`); a body is sent as JSON.
 * Answers are parsed as JSON, except plain text. Every failure is an `EnvsError`.
 */
export type IRequest = <T>(path: string, options?: IRequestOptions) => Promise<T>;

export interface IRequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
}

/** Join path segments; each may hold slashes, which stay as they are. */
export function url(...segments: string[]): string {
  return URLExt.join(...segments.map(URLExt.encodeParts));
}

/** The one way to the server: nothing else in this extension fetches. */
export function makeRequest(
  settings: ServerConnection.ISettings = ServerConnection.makeSettings()
): IRequest {
  return async <T>(path: string, options: IRequestOptions = {}): Promise<T> => {
    const response = await send(path, options, settings);
    const text = await response.text();
    if (!response.ok) {
      throw readError(response, text);
    }
    return readAnswer(response, text) as T;
  };
}

/** Parsed JSON, or plain text. Anything else is not from us: a proxy's page, or one to log in again. */
function readAnswer(response: Response, text: string): unknown {
  const kind = response.headers.get('Content-Type') ?? '';
  if (response.status === 204 || kind.includes('text/plain')) {
    return text;
  }
  try {
    if (kind.includes('json')) {
      return JSON.parse(text);
    }
  } catch {
    // cut off on the way
  }
  throw new EnvsError('What the Jupyter server answered cannot be read.', 'unreadable', 0, [
    'Perhaps you have to log in again: reload the page.'
  ]);
}

async function send(
  path: string,
  { method = 'GET', body }: IRequestOptions,
  settings: ServerConnection.ISettings
): Promise<Response> {
  const address = URLExt.join(settings.baseUrl, 'jupyter-envs/api', path);
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  try {
    return await ServerConnection.makeRequest(address, init, settings);
  } catch (reason) {
    throw new EnvsError('The Jupyter server does not answer.', 'no-answer', 0, [
      reason instanceof Error ? reason.message : String(reason)
    ]);
  }
}

function readError(response: Response, text: string): EnvsError {
  try {
    const error = JSON.parse(text) as Partial<components['schemas']['Error']>;
    if (typeof error.message === 'string' && error.message) {
      const { message, code = 'error', hints = [], fields = {} } = error;
      return new EnvsError(message, code, response.status, hints, fields);
    }
  } catch {
    // a proxy's page: say what little is known
  }
  const name = `${response.status} ${response.statusText}`.trim();
  return new EnvsError(`The Jupyter server answered ${name}.`, 'http', response.status, [], {
    name
  });
}
